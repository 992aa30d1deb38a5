using System.Globalization;
using System.Text;

namespace SecureStreams.Transports.Http.Cookies;

/// <summary>A Set-Cookie header, read (RFC 6265 section 5.2). Pure.</summary>
/// <param name="Name">The name; may be empty when the value is not.</param>
/// <param name="Value">The value.</param>
/// <param name="Domain">The domain it states, in lower case and without a dot before it; null for none.</param>
/// <param name="Path">The path it states; null for none that counts.</param>
/// <param name="Secure">Whether it is for TLS only.</param>
/// <param name="Expires">When it ends; null when it does not say.</param>
internal sealed record SetCookieLine(string Name, string Value, string? Domain, string? Path, bool Secure, DateTimeOffset? Expires)
{
    /// <summary>Reads one; null when it sets nothing that can be kept.</summary>
    public static SetCookieLine? Parse(string header, DateTimeOffset now)
    {
        foreach (var c in header)
        {
            if (c is < ' ' and not '\t' or '\x7f')
                return null;
        }

        var rest = header.AsSpan();
        var pair = Take(ref rest);
        var equals = pair.IndexOf('=');
        var name = (equals < 0 ? default : pair[..equals]).Trim(" \t").ToString();
        var value = (equals < 0 ? pair : pair[(equals + 1)..]).Trim(" \t").ToString();
        if ((name.Length == 0 && value.Length == 0) || Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) > CookieDefaults.MaxCookieBytes)
            return null;

        string? domain = null, path = null;
        DateTimeOffset? expires = null, aged = null;
        var secure = false;
        while (!rest.IsEmpty)
        {
            var attribute = Take(ref rest);
            equals = attribute.IndexOf('=');
            var key = (equals < 0 ? attribute : attribute[..equals]).Trim(" \t");
            var text = (equals < 0 ? default : attribute[(equals + 1)..]).Trim(" \t");
            if (text.Length > CookieDefaults.MaxAttributeChars)
                continue;
            if (key.Equals("Expires", StringComparison.OrdinalIgnoreCase))
                expires = CookieDate.Parse(text) ?? expires;
            else if (key.Equals("Max-Age", StringComparison.OrdinalIgnoreCase))
                aged = ReadAge(text, now) ?? aged;
            else if (key.Equals("Domain", StringComparison.OrdinalIgnoreCase))
                domain = text.IsEmpty ? domain : (text[0] == '.' ? text[1..] : text).ToString().ToLowerInvariant();
            else if (key.Equals("Path", StringComparison.OrdinalIgnoreCase))
                path = text.IsEmpty || text[0] != '/' ? null : text.ToString();
            else if (key.Equals("Secure", StringComparison.OrdinalIgnoreCase))
                secure = true;
        }

        return new SetCookieLine(name, value, domain, path, secure, aged ?? expires);
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(';');
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return part;
    }

    private static DateTimeOffset? ReadAge(ReadOnlySpan<char> text, DateTimeOffset now)
    {
        var digits = text.StartsWith("-") ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return null;
        if (text[0] == '-' || !digits.ContainsAnyExcept('0'))
            return DateTimeOffset.MinValue;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < CookieDefaults.LongestLife.TotalSeconds
            ? now.AddSeconds(seconds)
            : now + CookieDefaults.LongestLife;
    }
}
