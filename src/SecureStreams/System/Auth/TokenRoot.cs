using System.Text;

namespace SecureStreams.Tokens;

/// <summary>The root blob, which is the body of the request for a token: as a rule a form (RFC 6749 section 6), of which the server may ask to change one field.</summary>
internal static class TokenRoot
{
    // Shorter values (names, scopes) are in many texts by chance.
    private const int ShortestSecret = 12;

    private static ReadOnlySpan<byte> Field => "refresh_token="u8;

    /// <summary>The form with another refresh token; null when it has none, or this one already.</summary>
    public static byte[]? Replace(ReadOnlySpan<byte> form, string token)
    {
        var at = 0;
        while (!form[at..].StartsWith(Field))
        {
            var end = form[at..].IndexOf((byte)'&');
            if (end < 0)
                return null;
            at += end + 1;
        }

        var begin = at + Field.Length;
        var length = form[begin..].IndexOf((byte)'&') is >= 0 and var next ? next : form.Length - begin;
        var value = Encoding.ASCII.GetBytes(Uri.EscapeDataString(token));
        if (form.Slice(begin, length).SequenceEqual(value))
            return null;
        return [.. form[..begin], .. value, .. form[(begin + length)..]];
    }

    /// <summary>Whether a text quotes one of the longer values of the form, or all of what is no form.</summary>
    public static bool IsQuotedIn(ReadOnlySpan<byte> form, string text)
    {
        foreach (var pair in Encoding.UTF8.GetString(form).Split('&'))
        {
            if (pair.StartsWith("grant_type=", StringComparison.Ordinal))
                continue;
            var value = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim();
            if (value.Length >= ShortestSecret && (text.Contains(value, StringComparison.Ordinal) || text.Contains(Uri.UnescapeDataString(value), StringComparison.Ordinal)))
                return true;
        }

        return false;
    }
}
