namespace SecureStreams.Codecs.Http;

/// <summary>Tokens and lists of tokens (RFC 9110 section 5.6). Pure.</summary>
public static class HttpTokens
{
    /// <summary>Whether a token may have <paramref name="one"/> in it.</summary>
    public static bool IsTokenCharacter(char one) =>
        char.IsAsciiLetterOrDigit(one) || one is '!' or '#' or '$' or '%' or '&' or '\'' or '*' or '+' or '-' or '.' or '^' or '_' or '`' or '|' or '~';

    /// <summary>Whether <paramref name="text"/> is a token.</summary>
    public static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var one in text)
        {
            if (!IsTokenCharacter(one))
                return false;
        }

        return !text.IsEmpty;
    }

    /// <summary>The elements of a list that commas separate, without the white space around them; empty ones are left out.</summary>
    public static IEnumerable<string> Split(string? list) =>
        list is null ? [] : list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether <paramref name="list"/> has <paramref name="token"/> in it, whatever its case.</summary>
    public static bool Contains(string? list, string token)
    {
        var text = list.AsSpan();
        foreach (var one in text.Split(','))
        {
            if (text[one].Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
