using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>
/// A checked value of an attribute, in the shape that its <see cref="PolicyValueKind"/> has. Immutable, compared by value. Small on purpose: a policy has thousands.
/// </summary>
public readonly struct PolicyValue : IEquatable<PolicyValue>
{
    private readonly object? _content;
    private readonly long _number;

    private PolicyValue(object? content, long number)
    {
        _content = content;
        _number = number;
    }

    /// <summary>The value of a flag; false for other kinds.</summary>
    public bool Flag => _content is null && _number != 0;

    /// <summary>The value of a number; 0 for other kinds.</summary>
    public long Number => _number;

    /// <summary>The value of a text, template, choice, token, name or header name (without its colon); empty for other kinds.</summary>
    public string Text => _content as string ?? (_content as PolicyTemplate)?.Text ?? "";

    /// <summary>The value of a template, cut into its parts; other texts count as one part.</summary>
    public PolicyTemplate Template => _content as PolicyTemplate ?? PolicyTemplate.Parse(Text);

    /// <summary>The items of a list; empty for other kinds.</summary>
    public ImmutableArray<PolicyValue> Items => _content is PolicyValue[] items ? ImmutableCollectionsMarshal.AsImmutableArray(items) : [];

    /// <summary>The entries of a map in the order of the policy; empty for other kinds.</summary>
    public ImmutableArray<PolicyPair> Pairs => _content is PolicyPair[] pairs ? ImmutableCollectionsMarshal.AsImmutableArray(pairs) : [];

    /// <summary>Whether both are the same.</summary>
    public static bool operator ==(PolicyValue left, PolicyValue right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(PolicyValue left, PolicyValue right) => !left.Equals(right);

    /// <summary>By value.</summary>
    public bool Equals(PolicyValue other) =>
        _number == other._number && Text == other.Text && Items.AsSpan().SequenceEqual(other.Items.AsSpan()) && Pairs.AsSpan().SequenceEqual(other.Pairs.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PolicyValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_number, Text, Items.Length, Pairs.Length);

    /// <summary>Nothing of the value: it may be a secret.</summary>
    public override string ToString() => nameof(PolicyValue);

    internal static PolicyValue Of(bool flag) => new(null, flag ? 1 : 0);

    internal static PolicyValue Of(long number) => new(null, number);

    internal static PolicyValue Of(string text) => new(text, 0);

    internal static PolicyValue Of(PolicyTemplate template) => new(template, 0);

    /// <summary>Keeps <paramref name="items"/>, which nobody may change afterwards.</summary>
    internal static PolicyValue Of(PolicyValue[] items) => new(items, 0);

    /// <summary>Keeps <paramref name="pairs"/>, which nobody may change afterwards.</summary>
    internal static PolicyValue Of(PolicyPair[] pairs) => new(pairs, 0);
}
