using SecureStreams.Tool.Following;

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

    /// <summary>Whether each line of the data is a message, and each message received becomes a line.</summary>
    public required bool Lines { get; init; }

    /// <summary>After how many received messages the run is done; null: the peer ends it.</summary>
    public required int? Receive { get; init; }

    public required bool Trace { get; init; }

    /// <summary>Whether faults that the policy states are injected.</summary>
    public required bool Faults { get; init; }

    /// <summary>What may change the policy meanwhile.</summary>
    public required FollowSettings Follow { get; init; }

    /// <summary>Null: no bound of our own.</summary>
    public required TimeSpan? Timeout { get; init; }
}
