using System.Collections.Immutable;
using SecureStreams.Tool.Following;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Serving;

/// <summary>The arguments of <c>sstreams serve</c>.</summary>
internal sealed record ServeSettings
{
    /// <summary>In the order given: one that others are bound to may have to come first.</summary>
    public required ImmutableArray<string> StreamTypes { get; init; }

    public required PolicySelection Policy { get; init; }

    /// <summary>What the store of blobs holds.</summary>
    public required IReadOnlyList<BlobArgument> Blobs { get; init; }

    public required ServeMode Mode { get; init; }

    /// <summary>The folder of <see cref="ServeMode.Files"/>.</summary>
    public string? Folder { get; init; }

    /// <summary>The command line of <see cref="ServeMode.Exec"/>.</summary>
    public string? Command { get; init; }

    /// <summary>How many programs of <see cref="ServeMode.Exec"/> run at a time.</summary>
    public required int MostPrograms { get; init; }

    /// <summary>What may change the policy meanwhile.</summary>
    public required FollowSettings Follow { get; init; }

    public required bool Trace { get; init; }

    /// <summary>Whether what is bound is told as JSON.</summary>
    public required bool Json { get; init; }
}
