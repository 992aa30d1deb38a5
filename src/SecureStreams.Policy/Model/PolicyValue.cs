using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>A checked value of an attribute, in the shape that its <see cref="PolicyValueKind"/> has. Immutable, compared by value.</summary>
public sealed class PolicyValue : IEquatable<PolicyValue>
{
    private PolicyValue()
    {
    }

    /// <summary>The value of a flag; false for other kinds.</summary>
    public bool Flag { get; private init; }

    /// <summary>The value of a number; 0 for other kinds.</summary>
    public long Number { get; private init; }

    /// <summary>The value of a text, template, choice, token, name or header name (without its colon); empty for other kinds.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The items of a list; empty for other kinds.</summary>
    public ImmutableArray<PolicyValue> Items { get; private init; } = [];

    /// <summary>The entries of a map in the order of the policy; empty for other kinds.</summary>
    public ImmutableArray<KeyValuePair<string, PolicyValue>> Pairs { get; private init; } = [];

    /// <summary>By value.</summary>
    public bool Equals(PolicyValue? other) =>
        other is not null && Flag == other.Flag && Number == other.Number && Text == other.Text &&
        Items.AsSpan().SequenceEqual(other.Items.AsSpan()) && Pairs.AsSpan().SequenceEqual(other.Pairs.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PolicyValue);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Flag, Number, Text, Items.Length, Pairs.Length);

    /// <summary>Nothing of the value: it may be a secret.</summary>
    public override string ToString() => nameof(PolicyValue);

    internal static PolicyValue Of(bool flag) => new() { Flag = flag };

    internal static PolicyValue Of(long number) => new() { Number = number };

    internal static PolicyValue Of(string text) => new() { Text = text };

    internal static PolicyValue Of(ImmutableArray<PolicyValue> items) => new() { Items = items };

    internal static PolicyValue Of(ImmutableArray<KeyValuePair<string, PolicyValue>> pairs) => new() { Pairs = pairs };
}
