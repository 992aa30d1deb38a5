using System.Text;
using System.Text.Json;

namespace SecureStreams.Tokens;

/// <summary>The root blob, which is the body of the request for a token: as a rule a form (RFC 6749 section 6), of which the server may ask to change one field.</summary>
internal static class TokenRoot
{
    // Shorter values (names, scopes) are in many texts by chance.
    private const int ShortestSecret = 12;

    private static readonly string[] SecretWords = ["token", "secret", "passw", "key", "code", "assertion"];

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

    /// <summary>Whether a text quotes a secret of the form, or of what is no form.</summary>
    public static bool IsQuotedIn(ReadOnlySpan<byte> root, string text)
    {
        var form = Encoding.UTF8.GetString(root).Trim();
        if (form.StartsWith('{') && ValuesOf(root) is { } values)
            return values.Exists(one => IsQuotedIn(one.Name, one.Value, text));
        foreach (var pair in form.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (IsQuotedIn(equals < 0 ? "" : pair[..equals], pair[(equals + 1)..], text))
                return true;
        }

        return false;
    }

    private static bool IsQuotedIn(string name, string value, string text)
    {
        if (name is "grant_type" or "scope" || value.Length < (IsSecretName(name) ? 1 : ShortestSecret))
            return false;
        return text.Contains(value, StringComparison.Ordinal) || text.Contains(Uri.UnescapeDataString(value), StringComparison.Ordinal) ||
            text.Contains(Uri.UnescapeDataString(value.Replace('+', ' ')), StringComparison.Ordinal);
    }

    /// <summary>Fields whose value is a secret however short it is; of others, a client's name say, only what is too long to be one.</summary>
    private static bool IsSecretName(string name) =>
        !name.EndsWith("_type", StringComparison.Ordinal) && Array.Exists(SecretWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The strings of a JSON object; null when it is none.</summary>
    private static List<(string Name, string Value)>? ValuesOf(ReadOnlySpan<byte> json)
    {
        var values = new List<(string Name, string Value)>();
        var name = "";
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = reader.GetString()!;
                else if (reader.TokenType == JsonTokenType.String)
                    values.Add((name, reader.GetString()!));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }

        return values;
    }
}
