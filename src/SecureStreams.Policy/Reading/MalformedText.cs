using System.Buffers;
using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Says in the words of this product what the JSON reader stumbled over: its own words differ from release to release.</summary>
internal static class MalformedText
{
    private const int LongestQuotedWord = 10;

    private static readonly SearchValues<byte> BetweenTokens = SearchValues.Create(" \t\r\n,:"u8);

    /// <summary>Place and message.</summary>
    /// <param name="source">The document.</param>
    /// <param name="text">What the reader read: the document prepared, from its <see cref="SourceText.Start"/>.</param>
    /// <param name="offset">Where the reader stopped.</param>
    /// <param name="consumed">How much of <paramref name="text"/> it had taken before the token it stopped in.</param>
    /// <param name="previous">The last token that it took.</param>
    /// <param name="container">The innermost object or array that is open.</param>
    /// <param name="ended">Whether the document was complete already.</param>
    public static (int Offset, string Message) Describe(
        SourceText source, ReadOnlySpan<byte> text, int offset, int consumed, JsonTokenType previous, JsonNode? container, bool ended)
    {
        if (InString(source, text, offset, consumed) is { } found)
            return found;

        var stopped = offset;
        offset = WordStart(source, offset);
        if (stopped > offset && previous is JsonTokenType.PropertyName or JsonTokenType.StartArray &&
            IsNumber(source.Bytes.Span[offset..stopped]) && stopped < source.Bytes.Length && !IsWordByte(source.Bytes.Span[stopped]))
        {
            // The number is right; what follows it is not.
            var within = previous == JsonTokenType.PropertyName ? "a comma or '}'" : "a comma or ']'";
            return (stopped, $"{Found(source.Bytes.Span[stopped..])} where JSON expects {within}");
        }

        var expected = previous switch
        {
            _ when ended => "nothing more after the document",
            JsonTokenType.None or JsonTokenType.PropertyName => "a value",
            JsonTokenType.StartObject => "a name in double quotes or '}'",
            JsonTokenType.StartArray => "a value or ']'",
            _ when container is { Kind: JsonValueKind.Object } => "a comma and a name in double quotes, or '}'",
            _ => "a comma and a value, or ']'",
        };
        return (offset, $"{Found(source.Bytes.Span[offset..])} where JSON expects {expected}{HowToMend(source.Bytes.Span[offset..])}");
    }

    /// <summary>What is wrong inside a string, if that is where the reader stopped.</summary>
    private static (int Offset, string Message)? InString(SourceText source, ReadOnlySpan<byte> text, int offset, int consumed)
    {
        var skipped = text[consumed..].IndexOfAnyExcept(BetweenTokens);
        var opens = source.Start + consumed + skipped;
        if (skipped < 0 || text[consumed + skipped] != (byte)'"' || offset <= opens)
            return null;

        var rest = source.Bytes.Span[offset..];
        if (rest.IsEmpty)
            return (opens, "the string that opens here is not closed");
        return rest[0] < 0x20
            ? (offset, $"character U+{rest[0]:X4} in a string; close the string before it, or write it as an escape")
            : (offset, "a \\ in a string that begins no escape of JSON; write \\\\ for the character itself");
    }

    private static string Found(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return "the text ends";
        if (rest.StartsWith("/*"u8))
            return "a comment that is not closed";

        var word = rest[..WordLength(rest)];
        _ = Rune.DecodeFromUtf8(rest, out var rune, out _);

        // A long word without quotes may well be a key or a certificate.
        if (word.Length is > 1 and <= LongestQuotedWord)
            return Wording.Quote(Encoding.ASCII.GetString(word));
        return Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? $"character U+{rune.Value:X4}" : $"'{rune}'";
    }

    /// <summary>What people bring along from other notations.</summary>
    private static string HowToMend(ReadOnlySpan<byte> rest)
    {
        var word = rest[..WordLength(rest)];
        if (rest.StartsWith("'"u8) || rest.StartsWith("\u201C"u8) || rest.StartsWith("\u201D"u8))
            return "; strings stand in straight double quotes";
        foreach (var literal in (ReadOnlySpan<string>)["true", "false", "null"])
        {
            if (Ascii.EqualsIgnoreCase(word, literal))
                return $"; write {literal}";
        }

        if (word.Length > 1 && word[0] == (byte)'0' && char.IsAsciiDigit((char)word[1]))
            return "; a number has no leading zeros";
        if (word.Length > 1 && word[0] == (byte)'0' && word[1] is (byte)'x' or (byte)'X')
            return "; numbers are decimal";
        return word.Length > 1 && word[0] is (byte)'+' or (byte)'.' ? "; a number begins with a digit or '-'" : "";
    }

    /// <summary>A whole number as JSON has it, without an exponent.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> word) =>
        !word.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (word.Length == 1 || word[0] != (byte)'0');

    /// <summary>A misspelt literal is refused in its middle; the finding is about the whole word.</summary>
    private static int WordStart(SourceText source, int offset)
    {
        var text = source.Bytes.Span;
        while (offset > source.Start && IsWordByte(text[offset - 1]))
            offset--;
        return offset;
    }

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && IsWordByte(text[length]))
            length++;
        return length;
    }

    private static bool IsWordByte(byte one) => char.IsAsciiLetterOrDigit((char)one) || one is (byte)'_' or (byte)'.' or (byte)'+' or (byte)'-';
}
