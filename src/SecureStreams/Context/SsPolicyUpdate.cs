using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a change of a context's policy came to. Immutable.</summary>
public sealed class SsPolicyUpdate
{
    internal SsPolicyUpdate()
    {
    }

    /// <summary>The number of the policy that is in force by it: one more than that of the policy before.</summary>
    public required long Revision { get; init; }

    /// <summary>The overlay that was applied or removed; where the caller gave none, the name that was made for it.</summary>
    public required string Overlay { get; init; }

    /// <summary>Streamtypes whose effective policy is not equal to the one before, by name: their streams take it at their next attempt. All others notice nothing.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>Streamtypes that were not there before, by name.</summary>
    public required IReadOnlyList<string> Added { get; init; }

    /// <summary>Streamtypes that are gone, by name: the next attempt of a stream of theirs ends it with <see cref="SsCauseCode.StreamTypeRemoved"/>.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Every difference, value by value, with its places.</summary>
    public required PolicyDiff Difference { get; init; }

    /// <summary>The warnings of the whole sum, <c>file(line,col): warning SSPnnnn: ...</c>; those that are new have been logged.</summary>
    public required IReadOnlyList<string> Diagnostics { get; init; }

    /// <summary>One line.</summary>
    public override string ToString() => $"revision {Revision} by '{Overlay}': {Changed.Count} changed, {Added.Count} added, {Removed.Count} removed";
}
