namespace SecureStreams.Network;

/// <summary>Keeps messages to one readable line whatever a peer puts into its names and texts.</summary>
internal static class OperatorText
{
    /// <summary>Replaces control characters by spaces and cuts at <see cref="NetworkDefaults.MaxQuotedLength"/>.</summary>
    public static string Clean(string? text) => Clean(text, NetworkDefaults.MaxQuotedLength);

    /// <summary>As <see cref="Clean(string?)"/>, cut at <paramref name="most"/> characters.</summary>
    public static string Clean(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var length = Math.Min(text.Length, most);
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--; // Not through the middle of a character.
        if (length == text.Length && IsClean(text))
            return text;
        var clean = string.Create(length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = IsPlain(source[i]) ? source[i] : ' ';
        });
        return text.Length > length ? clean + "..." : clean;
    }

    private static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            if (!IsPlain(c))
                return false;
        }

        return true;
    }

    // The line and paragraph separators and the marks that reverse the direction of text would also break up or disguise a line of a log.
    private static bool IsPlain(char c) => !char.IsControl(c) && c is not ('\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
