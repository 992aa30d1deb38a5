using System.Net;

namespace SecureStreams.Transports.Http.Cookies;

/// <summary>Where a request goes, as far as cookies care.</summary>
/// <param name="Host">The host in lower case; <c>+path</c> for a Unix socket, whose cookies are nobody else's.</param>
/// <param name="HasDomain">Whether the host is a name in a domain, not an address or a socket.</param>
/// <param name="Path">The path, without query.</param>
/// <param name="Secure">Whether the connection is TLS.</param>
internal readonly record struct CookieOrigin(string Host, bool HasDomain, string Path, bool Secure)
{
    public static CookieOrigin Of(Uri uri, string? unixPath)
    {
        // Built as written (HttpTargetText), a URI may have its query in the path.
        var path = uri.AbsolutePath;
        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
            path = path[..query];
        var secure = uri.Scheme == Uri.UriSchemeHttps;
        if (unixPath is not null)
            return new CookieOrigin("+" + unixPath, false, path, secure);
        var host = uri.IdnHost.ToLowerInvariant();
        return new CookieOrigin(host, !IPAddress.TryParse(host, out _), path, secure);
    }
}
