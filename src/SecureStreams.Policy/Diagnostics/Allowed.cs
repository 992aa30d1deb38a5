using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What would have been right, as a part of a <see cref="Finding"/>.</summary>
/// <param name="Values">The choices, or one range as text.</param>
/// <param name="Text">How the message says it.</param>
internal readonly record struct Allowed(ImmutableArray<string> Values, string Text)
{
    /// <summary><c>h1, h2, ws</c></summary>
    public static Allowed OneOf(ImmutableArray<string> choices) => new(choices, string.Join(", ", choices));

    /// <summary><c>0..65535</c></summary>
    public static Allowed Range(string range) => new([range], range);

    /// <summary>The same choices in other words.</summary>
    public Allowed As(string text) => this with { Text = text };

    /// <summary>A kind of value, which has no list.</summary>
    public static implicit operator Allowed(string text) => new([], text);

    public override string ToString() => Text;
}
