using System.Text;

namespace SecureStreams.Policy;

/// <summary>Passwords and tokens in the text. The messages never quote them.</summary>
internal static class SecretRules
{
    /// <summary>What names of secrets end in, in lower case and with <c>_</c> between words.</summary>
    private static readonly string[] SecretNames =
    [
        "password", "passwd", "pwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "secret_key", "access_key", "credentials", "bearer", "signature", "sig", "jwt",
    ];

    /// <summary>What begins a query or a fragment (tokens travel in both), and what separates parameters.</summary>
    private const string Parameters = "?#&;";

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var entry in draft.All)
        {
            foreach (ref readonly var value in entry.Values)
            {
                if (SecretIn(value) is { } secret)
                    bag.Report(PolicyDiagnosticTable.SecretInText, value, $"{entry.Subject}: {value.Attribute.Name} holds {secret}, in clear text{MendOf(value.Attribute.Name)}");
            }
        }
    }

    /// <summary>Whether a member, or a parameter of a query, is called like a secret.</summary>
    public static bool IsSecretName(ReadOnlySpan<char> name)
    {
        foreach (var secret in SecretNames)
        {
            var before = name.Length - secret.Length;
            if (before >= 0 && IsWord(name[before..], secret) && (before == 0 || name[before - 1] is '_' or '-' || (char.IsAsciiLetterLower(name[before - 1]) && char.IsAsciiLetterUpper(name[before]))))
                return true;
        }

        return false;
    }

    /// <summary>Whether it is <c>scheme://user:password@host</c>.</summary>
    public static bool HasPassword(string endpoint) => UserInfoOf(endpoint).Contains(':');

    /// <summary>What stands between the scheme and an <c>@</c> in front of the host; empty for none.</summary>
    public static ReadOnlySpan<char> UserInfoOf(string endpoint)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return [];
        var authority = endpoint.AsSpan(scheme + 3);
        var end = authority.IndexOfAny('/', '?', '#');
        authority = end < 0 ? authority : authority[..end];
        var at = authority.LastIndexOf('@');
        return at < 0 ? [] : authority[..at];
    }

    /// <summary><paramref name="url"/> with <paramref name="redacted"/> for the value of every parameter of its query that is called like a secret; symbols stay.</summary>
    public static string HideParameters(string url, string redacted)
    {
        var query = url.AsSpan().IndexOfAny(Parameters);
        if (query < 0)
            return url;
        var shown = new StringBuilder();
        var from = 0;
        for (var start = query + 1; start <= url.Length;)
        {
            var end = EndOf(url, start);
            var value = SecretValueOf(url.AsSpan(start, end - start));
            start = end + 1;
            if (value.IsEmpty)
                continue;
            shown.Append(url, from, end - value.Length - from).Append(redacted);
            from = end;
        }

        return from == 0 ? url : shown.Append(url, from, url.Length - from).ToString();
    }

    /// <summary>The value of a parameter that is called like a secret and whose value is written out; empty for any other. A symbol is how it should be done.</summary>
    private static ReadOnlySpan<char> SecretValueOf(ReadOnlySpan<char> parameter)
    {
        var equals = parameter.IndexOf('=');
        return equals > 0 && IsSecretName(Decode(parameter[..equals])) && !parameter[(equals + 1)..].StartsWith("${") ? parameter[(equals + 1)..] : [];
    }

    /// <summary>A name may be written with percent signs.</summary>
    private static ReadOnlySpan<char> Decode(ReadOnlySpan<char> name) => name.Contains('%') ? Uri.UnescapeDataString(name) : name;

    private static bool IsWord(ReadOnlySpan<char> written, string word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            var letter = written[i] == '-' ? '_' : char.ToLowerInvariant(written[i]);
            if (letter != word[i])
                return false;
        }

        return true;
    }

    /// <summary>Whether it is a proxy, whose user name and password no blob or metadata can supply.</summary>
    public static bool IsProxy(string attribute) => attribute is "via-socks5" or "via_http_proxy";

    // Of others the general advice holds.
    private static string MendOf(string attribute) => attribute switch
    {
        "via-socks5" => "; leave it out and name the proxy in the environment variable socks_proxy, or use one that knows its users by their address",
        "via_http_proxy" => "; use a proxy that knows its users by their address, or a SOCKS5 proxy that the environment variable socks_proxy names",
        _ => "",
    };

    private static string? SecretIn(in DraftValue value)
    {
        var text = value.Value.Text;
        return value.Attribute.Name switch
        {
            var name when IsProxy(name) && text.Contains('@', StringComparison.Ordinal) => "a user name and password",
            _ when HasPassword(text) => "a user name and password",
            "endpoint" or "http_url" when SecretParameterOf(text) is { } parameter => $"a value for {Wording.Quote(parameter)} in its query",

            // "Bearer " is a preamble; "Bearer abc" is the token itself.
            "http_auth_preamble" when text.Trim().Contains(' ', StringComparison.Ordinal) => "more than the name of a scheme, which looks like a token",
            "http_auth_preamble" when SecretTexts.LooksLikeOne(text) => "what looks like a token",
            _ => null,
        };
    }

    /// <summary>The name of the first parameter that is called like a secret and has a value that is written out.</summary>
    private static string? SecretParameterOf(string url)
    {
        var query = url.AsSpan().IndexOfAny(Parameters);
        if (query < 0)
            return null;
        for (var start = query + 1; start <= url.Length;)
        {
            var end = EndOf(url, start);
            var parameter = url.AsSpan(start, end - start);
            if (!SecretValueOf(parameter).IsEmpty)
                return parameter[..parameter.IndexOf('=')].ToString();
            start = end + 1;
        }

        return null;
    }

    private static int EndOf(string url, int start)
    {
        var length = url.AsSpan(start).IndexOfAny(Parameters);
        return length < 0 ? url.Length : start + length;
    }
}
