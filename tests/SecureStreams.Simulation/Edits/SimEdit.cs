using SecureStreams.Policy;

namespace SecureStreams.Simulation.Edits;

/// <summary>An edit that was made, or refused.</summary>
internal sealed record SimEdit
{
    public required EditKind Kind { get; init; }

    /// <summary>What the context said just before that it would do; null where nothing can be asked: of what is taken back.</summary>
    public required SsPolicyUpdate? Plan { get; init; }

    /// <summary>What the context said that it did; null of what it did by itself.</summary>
    public required SsPolicyUpdate? Update { get; init; }

    /// <summary>What it does to the streams that it touches.</summary>
    public required IReadOnlyList<SsPolicyEffect> Effects { get; init; }

    public required PolicyState Before { get; init; }

    public required PolicyState After { get; init; }

    /// <summary>Whether nothing else happens at this moment, so that each stream is what it was last told.</summary>
    public required bool IsQuiet { get; init; }
}
