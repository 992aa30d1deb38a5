using System.Text;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.Http;

/// <summary>From the policy's templates to a URI: expansion, checks, and failures that say what to mend. Pure.</summary>
internal static class HttpTargetText
{
    /// <summary>Puts the values in: as they are into the endpoint, percent-encoded into the URL.</summary>
    public static TransportFailure? Expand(StreamTypePolicy policy, MetadataStore metadata, out string endpoint, out string url)
    {
        url = "";
        if (EndpointText.Expand(policy, metadata, "a host name, an address, +path of a Unix socket or a URL", out endpoint) is { } failure)
            return failure;

        var path = policy.Http!.Url;
        url = path.IsLiteral ? path.Text : path.Expand(metadata.Outgoing, Uri.EscapeDataString);
        return null;
    }

    /// <summary>Checks what was expanded and makes a URI of it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="port">The port where the endpoint is no URL; 0 for that of the scheme.</param>
    /// <param name="url">The path.</param>
    /// <param name="uri">The URI.</param>
    /// <param name="unixPath">The Unix socket; null for TCP.</param>
    /// <param name="urlPort">What counts in place of the port of an endpoint that is a URL; 0 for nothing.</param>
    public static TransportFailure? Parse(StreamTypePolicy policy, string endpoint, int port, string url, out Uri? uri, out string? unixPath, int urlPort = 0)
    {
        uri = null;
        unixPath = null;
        if (endpoint.Contains("://", StringComparison.Ordinal))
            return ParseUrl(policy, endpoint, urlPort, url, out uri);

        if (EndpointText.Parse(policy, endpoint, out var host, out unixPath) is { } problem)
            return problem;

        var scheme = policy.Tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        if (unixPath is not null || port == 0)
            port = policy.Tls ? 443 : 80;
        return Assemble(policy, scheme, host, port, PathOf(url), out uri);
    }

    /// <summary>The path with one leading slash, no fragment, and nothing in it that a request line cannot carry.</summary>
    internal static string PathOf(string url)
    {
        var fragment = url.IndexOf('#', StringComparison.Ordinal);
        var text = (fragment < 0 ? url : url[..fragment]).TrimStart('/');
        var path = new StringBuilder(text.Length + 1).Append('/');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is > 0x20 and < 0x7f && rune.Value is not ('"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}'))
                path.Append((char)rune.Value);
            else
                path.Append(Uri.EscapeDataString(rune.ToString()));
        }

        return path.ToString();
    }

    private static TransportFailure? ParseUrl(StreamTypePolicy policy, string endpoint, int port, string url, out Uri? uri)
    {
        uri = null;
        if (endpoint.Length > HttpDefaults.MaxUrlChars)
            return EndpointText.Bad(policy, "endpoint", $"has an endpoint URL longer than {HttpDefaults.MaxUrlChars} characters");

        // Before it is made a URI, which would take such segments, and what was before them, out.
        if (!policy.Endpoint!.IsLiteral && HasDotSegment(PathIn(endpoint)) && !HasDotSegment(PathIn(policy.Endpoint.Text)))
            return EndpointText.Bad(policy, "endpoint", "has an endpoint URL whose metadata makes a '.' or '..' segment; refuse such values before they are set");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var given) || given.HostNameType is UriHostNameType.Unknown || endpoint.AsSpan().ContainsAnyInRange('\0', ' '))
            return EndpointText.Bad(policy, "endpoint", "has an endpoint that looks like a URL and is none; write scheme://host:port/path");
        if (given.UserInfo.Length > 0)
            return EndpointText.Bad(policy, "endpoint", "has user information in its endpoint URL, which would be shown wherever the endpoint is; send it in a header");

        // ws and wss are http and https by other names (RFC 6455 section 3), for streamtypes that speak it.
        var isWebSocket = policy.Protocol == WireProtocol.WebSocket;
        var plain = given.Scheme == Uri.UriSchemeHttp || (isWebSocket && given.Scheme == Uri.UriSchemeWs);
        if (!plain && given.Scheme != Uri.UriSchemeHttps && !(isWebSocket && given.Scheme == Uri.UriSchemeWss))
        {
            return EndpointText.Bad(policy, "endpoint",
                $"has an endpoint URL with scheme '{given.Scheme}', and its protocol is {ProtocolNames.NameOf(policy.Protocol)}; use {(isWebSocket ? "ws, wss, " : "")}http or https");
        }

        // http:// turns TLS off, as in lws. https:// does not turn it on, since trust is the policy's to state; but nothing goes out in the clear under that name.
        if (!plain && !policy.Tls)
            return EndpointText.Bad(policy, "tls", $"has an endpoint URL with {given.Scheme} and \"tls\" off; set \"tls\": true, or write {(isWebSocket ? "ws" : "http")}");

        var path = given.PathAndQuery is "/" ? PathOf(url) : given.PathAndQuery;

        // Of an IPv6 address, Host leaves the interface out.
        var host = given.HostNameType == UriHostNameType.IPv6 ? $"[{given.IdnHost}]" : given.Host;
        return Assemble(policy, plain ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, host, port > 0 ? port : given.Port, path, out uri);
    }

    private static TransportFailure? Assemble(StreamTypePolicy policy, string scheme, string host, int port, string path, out Uri? uri)
    {
        uri = null;
        if (path.Length > HttpDefaults.MaxUrlChars)
            return EndpointText.Bad(policy, "http_url", $"has a URL of {path.Length} characters after expansion; the limit is {HttpDefaults.MaxUrlChars}");

        // A value of "." or ".." is not changed by percent-encoding and would climb out of the path that the policy wrote.
        if (!policy.Http!.Url.IsLiteral && HasDotSegment(path) && !HasDotSegment(policy.Http.Url.Text))
            return EndpointText.Bad(policy, "http_url", "has a URL whose metadata makes a '.' or '..' segment; refuse such values before they are set");

        // As it stands: the platform would otherwise undo part of the encoding of substituted values.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate($"{scheme}://{host}:{port}{path}", options, out uri)
            ? null
            : EndpointText.Bad(policy, "endpoint", "has an endpoint that makes no usable URL");
    }

    /// <summary>What is behind the authority of a URL, as it was written; empty where it is none.</summary>
    private static string PathIn(string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = authority < 3 ? -1 : url.AsSpan(authority).IndexOfAny("/\\?#");
        return path < 0 ? "" : url[(authority + path)..];
    }

    /// <summary>Whether a segment is "." or "..", however it is written: for a URI a backslash is a slash, and %2e a dot.</summary>
    private static bool HasDotSegment(string path)
    {
        var end = path.AsSpan().IndexOfAny('?', '#');
        foreach (var segment in (end < 0 ? path : path[..end]).Split('/', '\\'))
        {
            if (segment.Length <= 6 && segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
                return true;
        }

        return false;
    }
}
