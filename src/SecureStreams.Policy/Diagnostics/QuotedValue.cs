namespace SecureStreams.Policy;

/// <summary>The value that is wrong, as a part of a <see cref="Finding"/>. Never made from a secret.</summary>
/// <param name="Value">The value, shortened; null when it must not be shown.</param>
/// <param name="Text">How the message shows it.</param>
internal readonly record struct QuotedValue(string? Value, string Text)
{
    /// <summary><c>'text'</c></summary>
    public static QuotedValue Of(string text) => SecretTexts.LooksLikeOne(text) ? Hidden : new(Wording.Shorten(text), Wording.Quote(text));

    /// <summary>A number as written, without quotes.</summary>
    public static QuotedValue Number(string digits) => new(Wording.Shorten(digits), Wording.Shorten(digits));

    /// <summary>In place of a secret.</summary>
    public static QuotedValue Hidden { get; } = new(null, "(not shown)");

    public override string ToString() => Text;
}
