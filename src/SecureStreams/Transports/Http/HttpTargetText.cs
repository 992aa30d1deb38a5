using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Http;

/// <summary>From the policy's templates to a URI: expansion, checks, and failures that say what to mend. Pure.</summary>
internal static class HttpTargetText
{
    /// <summary>Puts the values in: as they are into the endpoint, percent-encoded into the URL.</summary>
    public static TransportFailure? Expand(StreamTypePolicy policy, MetadataStore metadata, out string endpoint, out string url)
    {
        endpoint = url = "";
        if (policy.Endpoint is not { } template)
            return Bad(policy, "endpoint", "has no endpoint; set \"endpoint\" to a host name, an address, +path of a Unix socket or a URL");

        foreach (var symbol in template.Symbols)
        {
            if (metadata.Outgoing(symbol) is null)
                return Bad(policy, "endpoint", $"needs metadata '{symbol}' for its endpoint '{template.Text}', and it is not set; set it before the stream connects");
        }

        endpoint = template.IsLiteral ? template.Text : template.Expand(metadata.Outgoing);
        var path = policy.Http!.Url;
        url = path.IsLiteral ? path.Text : path.Expand(metadata.Outgoing, Uri.EscapeDataString);
        return null;
    }

    /// <summary>Checks what was expanded and makes a URI of it.</summary>
    public static TransportFailure? Parse(StreamTypePolicy policy, string endpoint, int port, string url, out Uri? uri, out string? unixPath)
    {
        uri = null;
        unixPath = null;
        if (endpoint.Contains("://", StringComparison.Ordinal))
            return ParseUrl(policy, endpoint, url, out uri);

        var host = endpoint;
        if (endpoint.StartsWith('+'))
        {
            unixPath = endpoint[1..];
            if (unixPath.Length < 2 || Encoding.UTF8.GetByteCount(unixPath) > HttpDefaults.MaxUnixPathBytes || unixPath.Contains('\0', StringComparison.Ordinal))
                return Bad(policy, "endpoint", $"names a Unix socket that is empty or longer than {HttpDefaults.MaxUnixPathBytes} bytes");
            host = "localhost";
        }

        if (HostProblem(ref host) is { } problem)
            return Bad(policy, "endpoint", problem);

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

    private static TransportFailure? ParseUrl(StreamTypePolicy policy, string endpoint, string url, out Uri? uri)
    {
        uri = null;
        if (endpoint.Length > HttpDefaults.MaxUrlChars)
            return Bad(policy, "endpoint", $"has an endpoint URL longer than {HttpDefaults.MaxUrlChars} characters");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var given) || given.HostNameType is UriHostNameType.Unknown || endpoint.AsSpan().ContainsAnyInRange('\0', ' '))
            return Bad(policy, "endpoint", "has an endpoint that looks like a URL and is none; write scheme://host:port/path");
        if (given.UserInfo.Length > 0)
            return Bad(policy, "endpoint", "has user information in its endpoint URL, which would be shown wherever the endpoint is; send it in a header");

        var plain = given.Scheme == Uri.UriSchemeHttp;
        if (!plain && given.Scheme != Uri.UriSchemeHttps)
            return Bad(policy, "endpoint", $"has an endpoint URL with scheme '{given.Scheme}', and its protocol is {UnsupportedTransport.NameOf(policy.Protocol)}; use http or https");

        // http:// turns TLS off, as in lws. https:// does not turn it on, since trust is the policy's to state; but nothing goes out in the clear under that name.
        if (!plain && !policy.Tls)
            return Bad(policy, "tls", "has an endpoint URL with https and \"tls\" off; set \"tls\": true, or write http");

        var path = given.PathAndQuery is "/" ? PathOf(url) : given.PathAndQuery;
        return Assemble(policy, given.Scheme, given.Host, given.Port, path, out uri);
    }

    private static TransportFailure? Assemble(StreamTypePolicy policy, string scheme, string host, int port, string path, out Uri? uri)
    {
        uri = null;
        if (path.Length > HttpDefaults.MaxUrlChars)
            return Bad(policy, "http_url", $"has a URL of {path.Length} characters after expansion; the limit is {HttpDefaults.MaxUrlChars}");

        // A value of "." or ".." is not changed by percent-encoding and would climb out of the path that the policy wrote.
        if (!policy.Http!.Url.IsLiteral && HasDotSegment(path) && !HasDotSegment(policy.Http.Url.Text))
            return Bad(policy, "http_url", "has a URL whose metadata makes a '.' or '..' segment; refuse such values before they are set");

        // As it stands: the platform would otherwise undo part of the encoding of substituted values.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        return Uri.TryCreate($"{scheme}://{host}:{port}{path}", options, out uri)
            ? null
            : Bad(policy, "endpoint", "has an endpoint that makes no usable URL");
    }

    /// <summary>Checks a host name or address literal, and puts brackets around IPv6.</summary>
    private static string? HostProblem(ref string host)
    {
        if (host.Length == 0)
            return "has an empty endpoint after expansion; give its metadata a value";
        if (host.Length > HttpDefaults.MaxHostChars)
            return $"has an endpoint of {host.Length} characters after expansion; a host name has at most {HttpDefaults.MaxHostChars}";

        if (host.Contains(':', StringComparison.Ordinal))
        {
            var bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
            if (!IPAddress.TryParse(bare, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6 || bare.AsSpan().ContainsAny('[', ']'))
                return "has a ':' in its endpoint after expansion, which is neither an IPv6 address nor a URL; the port goes into \"port\"";
            host = $"[{bare}]";
            return null;
        }

        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_') && !(c > 0x7f && char.IsLetterOrDigit(c)))
                return "has a character in its endpoint after expansion that a host name cannot have";
        }

        return null;
    }

    private static bool HasDotSegment(string path)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        foreach (var segment in (query < 0 ? path : path[..query]).Split('/'))
        {
            if (segment is "." or "..")
                return true;
        }

        return false;
    }

    private static TransportFailure Bad(StreamTypePolicy policy, string attribute, string problem) =>
        new(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"Streamtype '{policy.Name}' {problem}.") { Attribute = attribute };
}
