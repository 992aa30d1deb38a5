using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <summary>Where a request goes.</summary>
/// <param name="uri">Scheme, host, port, path and query as they go on the wire.</param>
/// <param name="unixPath">The Unix socket instead of TCP, or null.</param>
/// <param name="way">The way to the peer.</param>
/// <param name="pool">Whose connections carry it.</param>
/// <param name="endpointText">The expanded endpoint it was made from.</param>
/// <param name="urlText">The expanded URL it was made from.</param>
internal sealed class HttpTarget(Uri uri, string? unixPath, DialOptions way, HttpPool pool, string endpointText, string urlText)
{
    public Uri Uri => uri;

    public string? UnixPath => unixPath;

    public DialOptions Way => way;

    public HttpPool Pool => pool;

    public string EndpointText => endpointText;

    public string UrlText => urlText;

    /// <summary>The port of the policy or its metadata that it was made from; 0 for none.</summary>
    public int StatedPort { get; init; }

    /// <summary>What counted in place of the port of the endpoint's URL; 0 for nothing.</summary>
    public int UrlPort { get; init; }

    /// <summary>The Host header of requests to it.</summary>
    public string Authority => field ??= HostOf(uri);

    /// <summary>Path and query as they go on the wire; made once, as the platform makes them anew each time.</summary>
    public string PathAndQuery => field ??= uri.PathAndQuery;

    /// <summary>The target for diagnostics.</summary>
    public string Display => Describe(uri, unixPath);

    /// <summary><c>scheme://host:port/path</c>, without user info and query.</summary>
    public static string Describe(Uri uri, string? unixPath)
    {
        var path = uri.AbsolutePath;
        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
            path = path[..query];
        return unixPath is null ? $"{uri.Scheme}://{uri.Host}:{uri.Port}{path}" : $"{uri.Scheme}://+{unixPath}{path}";
    }

    /// <summary>The Host header (<c>:authority</c>) of requests to <paramref name="uri"/>: the platform's way to write it.</summary>
    public static string HostOf(Uri uri)
    {
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return uri.IsDefaultPort ? host : $"{host}:{uri.Port}";
    }

    /// <summary>Whether <paramref name="other"/> has the same scheme, host and port.</summary>
    public bool IsSameOrigin(Uri other) =>
        uri.Scheme == other.Scheme && uri.Port == other.Port && string.Equals(uri.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);
}
