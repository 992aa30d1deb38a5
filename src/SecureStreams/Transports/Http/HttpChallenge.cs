namespace SecureStreams.Transports.Http;

/// <summary>What a 401 complains of (RFC 9110 section 11.6.1, RFC 6750 section 3).</summary>
internal static class HttpChallenge
{
    private const string InvalidToken = "invalid_token";

    /// <summary>Whether another token may help: the challenge names no error, or says that the token is not valid.</summary>
    public static bool IsAboutToken(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var challenges))
            return true;
        var named = false;
        foreach (var challenge in challenges)
        {
            if (ErrorOf(challenge) is not { } error)
                continue;
            if (error.Equals(InvalidToken, StringComparison.OrdinalIgnoreCase))
                return true;
            named = true;
        }

        return !named;
    }

    /// <summary>The value of the parameter <c>error</c>; null when there is none.</summary>
    public static string? ErrorOf(string challenge)
    {
        for (var at = challenge.IndexOf("error", StringComparison.OrdinalIgnoreCase); at >= 0; at = challenge.IndexOf("error", at + 1, StringComparison.OrdinalIgnoreCase))
        {
            // Not the end of another name, and not the beginning of error_description.
            if (at > 0 && challenge[at - 1] is not (' ' or ',' or '\t'))
                continue;
            var rest = challenge.AsSpan(at + 5).TrimStart();
            if (rest.Length == 0 || rest[0] != '=')
                continue;
            var value = rest[1..].TrimStart();
            if (value.Length > 0 && value[0] == '"')
                value = value[1..];
            var end = value.IndexOfAny("\", \t");
            return (end < 0 ? value : value[..end]).ToString();
        }

        return null;
    }
}
