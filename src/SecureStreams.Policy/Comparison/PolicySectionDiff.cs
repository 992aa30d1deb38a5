using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What differs in one section of two policies. Immutable; lists are in the order of names.</summary>
public sealed class PolicySectionDiff
{
    internal PolicySectionDiff()
    {
    }

    /// <summary>Which section.</summary>
    public required PolicySection Section { get; init; }

    /// <summary>Parts that only the version after has.</summary>
    public required ImmutableArray<PolicyPart> Added { get; init; }

    /// <summary>Parts that only the version before has.</summary>
    public required ImmutableArray<PolicyPart> Removed { get; init; }

    /// <summary>Parts that both have, not the same.</summary>
    public required ImmutableArray<PolicyPartDiff> Changed { get; init; }

    /// <summary>Whether parts that both have stand in another order, which only <c>metrics</c> keeps.</summary>
    public bool OrderChanged { get; init; }

    /// <summary>Whether nothing differs.</summary>
    public bool IsEmpty => Added.IsEmpty && Removed.IsEmpty && Changed.IsEmpty && !OrderChanged;

    /// <summary>The changed part of this name; null when it is not among <see cref="Changed"/>.</summary>
    public PolicyPartDiff? Find(string name)
    {
        foreach (var part in Changed)
        {
            if (part.After.Name == name)
                return part;
        }

        return null;
    }

    /// <summary>The section and how much differs.</summary>
    public override string ToString() => $"{Section}: {Added.Length} added, {Removed.Length} removed, {Changed.Length} changed";
}
