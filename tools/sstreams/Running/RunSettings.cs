namespace SecureStreams.Tool.Running;

/// <summary>The arguments of <c>sstreams run</c>.</summary>
internal sealed record RunSettings
{
    public required string StreamType { get; init; }

    public required PolicySelection Policy { get; init; }

    public required Dictionary<string, string> Metadata { get; init; }

    /// <summary>What the store of blobs holds.</summary>
    public required IReadOnlyList<BlobArgument> Blobs { get; init; }

    /// <summary>As given: text, <c>@file</c>, <c>-</c>; null for none.</summary>
    public required string? Data { get; init; }

    public required bool Trace { get; init; }

    /// <summary>Null: no bound of our own.</summary>
    public required TimeSpan? Timeout { get; init; }
}
