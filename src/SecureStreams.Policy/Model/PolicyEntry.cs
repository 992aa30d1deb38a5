using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>A named entry of a section that is kept and not acted on: <c>auth</c>, <c>metrics</c>.</summary>
public sealed record PolicyEntry
{
    /// <summary>The section it stands in.</summary>
    public required PolicySection Section { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it states, in the order of the attribute table.</summary>
    public required ImmutableArray<PolicyAttributeValue> Values { get; init; }

    /// <summary>By value.</summary>
    public bool Equals(PolicyEntry? other) =>
        other is not null && Section == other.Section && Name == other.Name && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Section, Name, Values.Length);

    /// <summary>Section and name.</summary>
    public override string ToString() => $"{Section} '{Name}'";
}
