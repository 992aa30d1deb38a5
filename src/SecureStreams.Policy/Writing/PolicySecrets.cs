namespace SecureStreams.Policy;

/// <summary>What of a policy's values must not be shown, and what stands in its place.</summary>
internal static class PolicySecrets
{
    public const string Redacted = "(redacted)";

    /// <summary>Whether something of <paramref name="value"/> is kept back when it is shown.</summary>
    public static bool Hides(PolicyAttributeInfo row, PolicyValue value)
    {
        if (Hide(row, value.Text) != value.Text)
            return true;
        foreach (var item in value.Items)
        {
            if (Hide(row, item.Text) != item.Text)
                return true;
        }

        return row.IsSecret && !value.Pairs.IsEmpty;
    }

    /// <summary><paramref name="text"/>, a value of <paramref name="row"/> or a part of one, without what is secret. An empty text tells nothing.</summary>
    public static string Hide(PolicyAttributeInfo row, string text)
    {
        if (row.IsSecret)
            return text.Length == 0 ? text : Redacted;
        var shown = HideUserInfo(text);
        if (row.Name is "endpoint" or "http_url")
            shown = SecretRules.HideParameters(shown, Redacted);

        // An endpoint may be an authority alone. Behind + stands the path of a Unix socket, behind ! the name of a listener: there an @ means something else.
        return row.Name == "endpoint" && shown is not ['+' or '!', ..] && !shown.Contains("://", StringComparison.Ordinal) ? HideUserInfo(shown, 0) : shown;
    }

    /// <summary>The entries of <c>certs</c> that are keys: by their bytes, or because a listener uses them as such.</summary>
    public static HashSet<string> KeysOf(PolicyModel model)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var certificate in model.Certificates.Values)
        {
            if (CertificateReader.IsPrivateKey(certificate))
                keys.Add(certificate.Name);
        }

        foreach (var stream in model.StreamTypes.Values)
        {
            if (stream.ServerKey is { } key)
                keys.Add(key.Name);
        }

        return keys;
    }

    /// <summary>Takes the user and the password out of every <c>scheme://user:password@host</c>.</summary>
    private static string HideUserInfo(string text)
    {
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at >= 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
            text = HideUserInfo(text, at + 3);
        return text;
    }

    private static string HideUserInfo(string text, int authority)
    {
        var length = text.AsSpan(authority).IndexOfAny("/?#");
        length = length < 0 ? text.Length - authority : length;
        var at = text.AsSpan(authority, length).LastIndexOf('@');
        return at < 0 || text.AsSpan(authority, at).SequenceEqual(Redacted) ? text : string.Concat(text.AsSpan(0, authority), Redacted, text.AsSpan(authority + at));
    }
}
