using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Benching;

/// <summary>The arguments of <c>sstreams bench</c>.</summary>
internal sealed record BenchSettings
{
    public required string StreamType { get; init; }

    public required PolicySelection Policy { get; init; }

    public required Dictionary<string, string> Metadata { get; init; }

    public required IReadOnlyList<BlobArgument> Blobs { get; init; }

    /// <summary>Null: what the protocol suggests.</summary>
    public required BenchMode? Mode { get; init; }

    /// <summary>Operations that are counted, all streams together; null with <see cref="Duration"/>.</summary>
    public required int? Messages { get; init; }

    /// <summary>How long is counted; null with <see cref="Messages"/>.</summary>
    public required TimeSpan? Duration { get; init; }

    /// <summary>Operations before those that are counted.</summary>
    public required int WarmUp { get; init; }

    /// <summary>Payload bytes of a message or request body; null: what the mode suggests.</summary>
    public required int? Size { get; init; }

    /// <summary>Messages under way on a stream.</summary>
    public required int Outstanding { get; init; }

    public required int Streams { get; init; }

    /// <summary>Null: no bound of our own.</summary>
    public required TimeSpan? Timeout { get; init; }

    public required bool Json { get; init; }

    /// <summary>Where the result goes; null for standard output.</summary>
    public required string? OutputFile { get; init; }
}
