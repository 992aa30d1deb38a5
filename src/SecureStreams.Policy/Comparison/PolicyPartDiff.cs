using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>A part of a policy, such as a streamtype, that both versions have and that is not the same in both. Immutable.</summary>
public sealed class PolicyPartDiff
{
    internal PolicyPartDiff(PolicyPart before, PolicyPart after, ImmutableArray<PolicyChange> changes)
    {
        Before = before;
        After = after;
        Changes = changes;
        foreach (var change in changes)
            Impact = change.Impact > Impact ? change.Impact : Impact;
    }

    /// <summary>Compares two versions of one part: a streamtype that a stream runs under, and the one that is to take its place.</summary>
    /// <returns>What differs; null when they are equal.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static PolicyPartDiff? Between(PolicyPart before, PolicyPart after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return before.Equals(after) ? null : new PolicyPartDiff(before, after, PartComparer.Compare(before, after));
    }

    /// <summary>The part as it was.</summary>
    public PolicyPart Before { get; }

    /// <summary>The part as it is.</summary>
    public PolicyPart After { get; }

    /// <summary>Its own changes in the order of the attribute table, then those of what it refers to. Never empty.</summary>
    public ImmutableArray<PolicyChange> Changes { get; }

    /// <summary>The largest impact of its changes.</summary>
    public PolicyImpact Impact { get; }

    /// <summary>The name of the part.</summary>
    public override string ToString() => After.Name;
}
