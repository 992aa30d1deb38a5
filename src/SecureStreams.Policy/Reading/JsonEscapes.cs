using System.Buffers.Text;

namespace SecureStreams.Policy;

/// <summary>Escapes of a string as they stand in the text, well-formed as the JSON reader has found them.</summary>
internal static class JsonEscapes
{
    private const int Digits = 4;

    /// <summary>
    /// Whether half of a surrogate pair is escaped, which is well-formed JSON that no text can hold. To decode the string would tell as well, by an exception: a
    /// document of such strings takes minutes then.
    /// </summary>
    public static bool HasHalfPair(ReadOnlySpan<byte> text)
    {
        var isOpen = false;
        for (var at = 0; at < text.Length; at++)
        {
            // Any other character or escape, between two halves, parts them.
            var half = text[at] == (byte)'\\' && text[at + 1] == (byte)'u' ? UnitAt(text, at + 2) : '\0';
            if (isOpen != char.IsLowSurrogate(half))
                return true;
            isOpen = char.IsHighSurrogate(half);
            if (text[at] == (byte)'\\')
                at += text[at + 1] == (byte)'u' ? 1 + Digits : 1;
        }

        return isOpen;
    }

    private static char UnitAt(ReadOnlySpan<byte> text, int at) =>
        Utf8Parser.TryParse(text.Slice(at, Digits), out ushort unit, out _, 'x') ? (char)unit : '\0';
}
