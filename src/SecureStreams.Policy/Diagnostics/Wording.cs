using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>How diagnostics speak of values, so that one line stays one line.</summary>
internal static class Wording
{
    /// <summary>Characters of a text that are shown.</summary>
    public const int MaximumQuote = 60;

    /// <summary><paramref name="text"/> without control characters and without those that turn the direction of the line, cut where a message would drown in it.</summary>
    public static string Shorten(string text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, MaximumQuote) + 8);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaximumQuote)))
        {
            _ = c switch
            {
                '\r' => shown.Append("\\r"),
                '\n' => shown.Append("\\n"),
                '\t' => shown.Append("\\t"),
                _ when char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' || char.GetUnicodeCategory(c) == UnicodeCategory.Format => shown.Append("\\u").Append(((int)c).ToString("x4", null)),
                _ => shown.Append(c),
            };
        }

        return text.Length > MaximumQuote ? shown.Append("...").ToString() : shown.ToString();
    }

    /// <summary>In single quotes, unless it looks like a secret.</summary>
    public static string Quote(string text) => SecretTexts.LooksLikeOne(text) ? QuotedValue.Hidden.Text : $"'{Shorten(text)}'";

    /// <summary>The value as a noun: <c>the string '443'</c>, <c>an array</c>.</summary>
    public static QuotedValue Describe(JsonNode node, bool secret = false) => node.Kind switch
    {
        JsonValueKind.Object => new(null, "an object"),
        JsonValueKind.Array => new(null, "an array"),
        JsonValueKind.String => secret || SecretTexts.LooksLikeOne(node.Text) ? new(null, "a string") : new(Shorten(node.Text), $"the string {Quote(node.Text)}"),
        JsonValueKind.Number => secret ? new(null, "a number") : new(Shorten(node.Text), $"the number {Shorten(node.Text)}"),
        JsonValueKind.True => new("true", "true"),
        JsonValueKind.False => new("false", "false"),
        _ => new("null", "null"),
    };
}
