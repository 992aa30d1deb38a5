using System.Buffers;

namespace SecureStreams.Policy;

/// <summary>
/// Whether a text has the form of a pattern of <see cref="PolicyPatterns"/>, without the expression engine: to start that costs more than to read a policy. A test
/// holds each against its expression.
/// </summary>
internal static class PolicyForms
{
    private static readonly SearchValues<char> BlobName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> Account = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-");
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    private static readonly SearchValues<char> Label = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> Address = SearchValues.Create("0123456789ABCDEFabcdef:.");

    public static bool Matches(string pattern, string text) => pattern switch
    {
        PolicyPatterns.BlobName => text.Length is >= 1 and <= 128 && Consists(text, BlobName),
        PolicyPatterns.SpkiHash => IsSpkiHash(text),
        PolicyPatterns.Account => text.Length is >= 1 and <= 64 && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '_') && Consists(text, Account),
        PolicyPatterns.FileMode => IsFileMode(text),
        PolicyPatterns.HostName => IsHostName(text),
        PolicyPatterns.Subprotocols => AreSubprotocols(text),
        PolicyPatterns.EcdsaKey => IsEcdsaKey(text),
        PolicyPatterns.Time => IsTime(text),
        PolicyPatterns.Socks => text.Length == 0 || IsSocks(text),
        PolicyPatterns.Fault => FaultForm.Matches(text),
        _ => throw new ArgumentException($"No form is known for the pattern '{pattern}'.", nameof(pattern)),
    };

    private static bool IsSpkiHash(ReadOnlySpan<char> text) =>
        text.Length == 51 && text.StartsWith("sha256/", StringComparison.Ordinal) && text[^1] == '=' && Consists(text[7..^1], Base64);

    private static bool IsEcdsaKey(ReadOnlySpan<char> text) =>
        text.Length == 124 && text.StartsWith("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", StringComparison.Ordinal) && text.EndsWith("==", StringComparison.Ordinal) && Consists(text[36..^2], Base64);

    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
            return false;
        var whole = IsNumber(text[..4], 0, 9999) && IsNumber(text[5..7], 1, 12) && IsNumber(text[8..10], 1, 31) &&
            IsNumber(text[11..13], 0, 23) && IsNumber(text[14..16], 0, 59) && IsNumber(text[17..19], 0, 59);
        var rest = text[19..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 7)
                return false;
            rest = rest[(digits + 1)..];
        }

        return whole && (rest is ['Z'] || (rest is ['+' or '-', _, _, ':', _, _] && IsNumber(rest[1..3], 0, 13) && IsNumber(rest[4..], 0, 59)));
    }

    private static bool IsNumber(ReadOnlySpan<char> digits, int least, int most) =>
        !digits.ContainsAnyExceptInRange('0', '9') && int.Parse(digits, null) is var number && number >= least && number <= most;

    private static bool IsFileMode(ReadOnlySpan<char> text)
    {
        if (text is ['0', _, _, _])
            text = text[1..];
        return text.Length == 3 && !text.ContainsAnyExceptInRange('0', '7');
    }

    private static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text is ['[', .. var address, ']'])
            return !address.IsEmpty && Consists(address, Address);
        if (text is ['*', '.', ..])
            text = text[2..];
        foreach (var range in text.Split('.'))
        {
            if (text[range].IsEmpty || !Consists(text[range], Label))
                return false;
        }

        return true;
    }

    private static bool AreSubprotocols(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return true;
        var first = true;
        foreach (var range in text.Split(','))
        {
            // Blanks stand around commas only.
            var token = text[range];
            if (!first)
                token = token.TrimStart(' ');
            if (range.End.GetOffset(text.Length) < text.Length)
                token = token.TrimEnd(' ');
            if (token.IsEmpty || PolicyCharacters.IndexOutsideToken(token) >= 0)
                return false;
            first = false;
        }

        return true;
    }

    private static bool IsSocks(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at >= 0)
        {
            var colon = text[..at].IndexOf(':');
            if (colon <= 0)
                return false;
            text = text[(at + 1)..];
        }

        var port = text.LastIndexOf(':');
        return port > 0 && IsPort(text[(port + 1)..]) && IsSocksHost(text[..port]);
    }

    private static bool IsSocksHost(ReadOnlySpan<char> host) =>
        host is ['[', .. var address, ']'] ? !address.IsEmpty && Consists(address, Address) : Consists(host, BlobName);

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text is [>= '1' and <= '9', ..] && text.Length <= 5 && !text.ContainsAnyExceptInRange('0', '9') && int.Parse(text, null) <= 65535;

    private static bool Consists(ReadOnlySpan<char> text, SearchValues<char> of) => !text.ContainsAnyExcept(of);
}
