using System.Collections.Immutable;
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

    /// <summary>The path of an admin socket; null for none.</summary>
    public string? Admin { get; init; }

    /// <summary>Whether the policy's files are followed.</summary>
    public bool Watch { get; init; }

    public required bool Trace { get; init; }

    /// <summary>Whether what is bound is told as JSON.</summary>
    public required bool Json { get; init; }
}
