namespace SecureStreams.Transports.Http.Cookies;

/// <summary>Which cookies belong to which requests (RFC 6265 sections 5.1.3 and 5.1.4). Pure.</summary>
internal static class CookieRules
{
    // Below domains of countries, registries sell names under labels such as co, com, ac, gov: nobody owns these.
    private const int CountryChars = 2;
    private const int RegistryChars = 3;

    /// <summary>The path of a cookie that states none: that of the request up to its last slash.</summary>
    public static string DefaultPath(string requestPath)
    {
        var slash = requestPath.LastIndexOf('/');
        return requestPath.Length == 0 || requestPath[0] != '/' || slash == 0 ? "/" : requestPath[..slash];
    }

    public static bool PathMatches(string cookiePath, string requestPath)
    {
        var path = requestPath.Length == 0 ? "/" : requestPath;
        return path.StartsWith(cookiePath, StringComparison.Ordinal) && (path.Length == cookiePath.Length || cookiePath[^1] == '/' || path[cookiePath.Length] == '/');
    }

    /// <summary>Whether <paramref name="host"/>, a name, is <paramref name="domain"/> or below it.</summary>
    public static bool DomainMatches(ReadOnlySpan<char> host, ReadOnlySpan<char> domain) =>
        host.Equals(domain, StringComparison.Ordinal) || (host.EndsWith(domain, StringComparison.Ordinal) && host[host.Length - domain.Length - 1] == '.');

    /// <summary>
    /// Whether names below <paramref name="domain"/> belong to different people, as far as its looks tell: one label (com, localhost), or a short one below a country (co.uk).
    /// There is no list of such domains here.
    /// </summary>
    public static bool IsPublic(string domain)
    {
        var dot = domain.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 || (domain.LastIndexOf('.') == dot && domain.Length - dot - 1 == CountryChars && dot <= RegistryChars);
    }
}
