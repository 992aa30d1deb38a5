namespace SecureStreams.Policy;

/// <summary>Passwords and tokens in the text. The messages never quote them.</summary>
internal static class SecretRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var entry in draft.All)
        {
            foreach (var value in entry.Values)
            {
                if (SecretIn(value) is { } secret)
                {
                    bag.Report(PolicyDiagnosticTable.SecretInText, value.Source, value.Node,
                        $"{entry.Subject}: {value.Attribute.Name} holds {secret}, in clear text");
                }
            }
        }
    }

    private static string? SecretIn(DraftValue value)
    {
        var text = value.Value.Text;
        return value.Attribute.Name switch
        {
            "via-socks5" when text.Contains('@', StringComparison.Ordinal) => "a user name and password",
            "endpoint" when HasPassword(text) => "a user name and password",

            // "Bearer " is a preamble; "Bearer abc" is the token itself.
            "http_auth_preamble" when text.Trim().Contains(' ', StringComparison.Ordinal) => "more than the name of a scheme, which looks like a token",
            _ => null,
        };
    }

    /// <summary><c>scheme://user:password@host</c></summary>
    public static bool HasPassword(string endpoint)
    {
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return false;
        var authority = endpoint.AsSpan(scheme + 3);
        var end = authority.IndexOfAny('/', '?', '#');
        authority = end < 0 ? authority : authority[..end];
        return authority.Contains('@') && authority[..authority.LastIndexOf('@')].Contains(':');
    }
}
