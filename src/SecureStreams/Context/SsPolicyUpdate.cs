using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a change of a context's policy came to, or would come to. Immutable.</summary>
public sealed class SsPolicyUpdate
{
    private static readonly IReadOnlyDictionary<PolicyImpact, int> NoCounts = new Dictionary<PolicyImpact, int>();

    internal SsPolicyUpdate()
    {
    }

    /// <summary>Whether it is in force. False for a plan, and for what was refused: then nothing has changed.</summary>
    public required bool Applied { get; init; }

    /// <summary>Why it was refused, with each finding at its place; null when it was not.</summary>
    public required string? Refusal { get; init; }

    /// <summary>The number of the policy in force: by this change, or still, when it was planned or refused.</summary>
    public required long Revision { get; init; }

    /// <summary>The overlay that was applied or removed; where the caller gave none, the name that was made for it. Of a new base: the names of its documents.</summary>
    public required string Overlay { get; init; }

    /// <summary>Streamtypes whose effective policy is not equal to the one before, by name. Streams of all others notice nothing.</summary>
    public required IReadOnlyList<string> Changed { get; init; }

    /// <summary>Streamtypes that were not there before, by name.</summary>
    public required IReadOnlyList<string> Added { get; init; }

    /// <summary>Streamtypes that are gone, by name: their streams end with <see cref="SsCauseCode.StreamTypeRemoved"/>.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>
    /// The streams and listeners that are touched, by streamtype and id, and what happens to each: as they were when the change came. Whoever is not named notices nothing. What a
    /// stream then did is in its <see cref="SecureStream.Explain"/>.
    /// </summary>
    public required IReadOnlyList<SsPolicyEffect> Effects { get; init; }

    /// <summary>How many streams and listeners are touched, by impact class; without those of which there is none.</summary>
    public IReadOnlyDictionary<PolicyImpact, int> Touched =>
        Effects.Count == 0 ? NoCounts : Effects.GroupBy(static one => one.Impact).ToDictionary(static one => one.Key, static one => one.Count());

    /// <summary>Every difference, value by value, with its places; without any when the change was refused.</summary>
    public required PolicyDiff Difference { get; init; }

    /// <summary>What the loader has to say of the whole sum, <c>file(line,col): warning SSPnnnn: ...</c>; warnings that are new have been logged when it was applied.</summary>
    public required IReadOnlyList<string> Diagnostics { get; init; }

    /// <summary>
    /// The trial that the change has to stand, because the policy (<c>trial_seconds</c>) or the caller asks for one, or because one was running: until it is over, the change may be taken
    /// back. Null when it holds at once, and for a plan or what was refused.
    /// </summary>
    public SsPolicyTrial? Trial { get; init; }

    /// <summary>For programs that cannot go on without the change.</summary>
    /// <returns>This.</returns>
    /// <exception cref="SsPolicyException">It was refused; <see cref="SsPolicyException.Diagnostics"/> are those of this.</exception>
    public SsPolicyUpdate EnsureNotRefused() => Refusal is null ? this : throw new SsPolicyException(Refusal, Diagnostics);

    /// <summary>One line.</summary>
    public override string ToString() => Refusal is not null
        ? $"'{Overlay}' refused, revision {Revision} stays in force: {Diagnostics.Count} findings"
        : $"{(Applied ? $"revision {Revision} by" : $"plan over revision {Revision} for")} '{Overlay}': {Changed.Count} changed, {Added.Count} added, {Removed.Count} removed";
}
