namespace SecureStreams.Transports.Http;

/// <summary>What a redirect does. Pure.</summary>
internal static class HttpRedirect
{
    /// <summary>Where to go, or why not.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="current">Where the answer came from.</param>
    /// <param name="status">Its status.</param>
    /// <param name="location">Its Location header; null when it has none.</param>
    /// <param name="followed">How many redirects this transaction has followed.</param>
    /// <param name="next">Where to go.</param>
    public static TransportFailure? Resolve(HttpPlan plan, Uri current, int status, string? location, int followed, out Uri? next)
    {
        next = null;
        var place = TryResolve(current, location, out var target) ? HttpTarget.Describe(target!, null) : null;
        if (!plan.Policy.AllowRedirects || plan.Http.FailRedirect)
        {
            var attribute = plan.Http.FailRedirect ? "http_fail_redirect" : "allow_redirects";
            var mend = plan.Http.FailRedirect ? "http_fail_redirect says to fail" : "\"allow_redirects\": true would follow it";
            return new TransportFailure(SsPhase.Protocol, SsCauseCode.RedirectRefused, $"The peer redirects with status {status}, and the policy does not allow it; {mend}.")
            {
                Attribute = attribute,
                PeerText = place,
                Status = status,
            };
        }

        if (followed >= HttpDefaults.MaxRedirects)
            return Fail(SsCauseCode.RedirectLimit, $"The peer redirected {followed + 1} times in one transaction; at most {HttpDefaults.MaxRedirects} are followed.");
        if (location is null)
            return Fail(SsCauseCode.RedirectInvalid, $"The peer redirects with status {status} and does not say where to.");
        if (target is null)
            return Fail(SsCauseCode.RedirectInvalid, $"The peer redirects with status {status} to something that is no HTTP address.");
        if (current.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
            return Fail(SsCauseCode.RedirectInvalid, $"The peer redirects with status {status} from TLS to plaintext, which is never followed.");

        next = target;
        return null;

        TransportFailure Fail(SsCauseCode code, string message) => new(SsPhase.Protocol, code, message) { Status = status, PeerText = place };
    }

    /// <summary>The method of the next request: 303 and a POST's 301 and 302 become GET, as browsers do; everything else keeps its method and body.</summary>
    public static HttpMethod MethodAfter(HttpMethod method, int status) => status switch
    {
        303 when method != HttpMethod.Head => HttpMethod.Get,
        301 or 302 when method == HttpMethod.Post => HttpMethod.Get,
        _ => method,
    };

    private static bool TryResolve(Uri current, string? location, out Uri? target)
    {
        target = null;
        if (string.IsNullOrWhiteSpace(location) || location.Length > HttpDefaults.MaxUrlChars || location.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return false;

        // A plain copy: the request's own URI is kept as written, and resolving against it would keep dot segments.
        if (!Uri.TryCreate(new Uri(current.AbsoluteUri), location, out var resolved) ||
            (resolved.Scheme != Uri.UriSchemeHttp && resolved.Scheme != Uri.UriSchemeHttps) || resolved.Host.Length is 0 or > Connections.EndpointText.MaxHostChars || resolved.Port == 0)
            return false;

        // Encoding may have made it up to nine times as long.
        if (resolved.AbsoluteUri.Length > HttpDefaults.MaxUrlChars)
            return false;

        // Neither user info nor fragment is sent, so neither is kept.
        target = resolved.UserInfo.Length == 0 && resolved.Fragment.Length == 0
            ? resolved
            : new Uri(resolved.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped));
        return true;
    }
}
