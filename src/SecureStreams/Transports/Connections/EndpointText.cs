using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Connections;

/// <summary>What <c>endpoint</c> may say, for every protocol: expansion, checks, and failures that say what to mend. Pure.</summary>
internal static class EndpointText
{
    /// <summary>Longest host name (RFC 1035 allows 255 octets on the wire, which is 253 characters).</summary>
    public const int MaxHostChars = 253;

    /// <summary>Longest Unix socket path: sun_path has 108 bytes, one of them for the closing NUL.</summary>
    public const int MaxUnixPathBytes = 107;

    /// <summary>Puts the values of metadata in, as they are.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="wanted">What the endpoint may be, for the message where there is none.</param>
    /// <param name="endpoint">The expanded endpoint.</param>
    /// <returns>Why there is none, or null.</returns>
    public static TransportFailure? Expand(StreamTypePolicy policy, MetadataStore metadata, string wanted, out string endpoint)
    {
        endpoint = "";
        if (policy.Endpoint is not { } template)
            return Bad(policy, "endpoint", $"has no endpoint; set \"endpoint\" to {wanted}");

        foreach (var symbol in template.Symbols)
        {
            if (metadata.Outgoing(symbol) is null)
                return Bad(policy, "endpoint", $"needs metadata '{symbol}' for its endpoint '{template.Text}', and it is not set; set it before the stream connects");
        }

        endpoint = template.IsLiteral ? template.Text : template.Expand(metadata.Outgoing);
        return null;
    }

    /// <summary>Reads a host name, an address literal, or <c>+path</c> (<c>+@name</c>) of a Unix socket.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="endpoint">The expanded endpoint, no URL.</param>
    /// <param name="host">The host, brackets around IPv6; <c>localhost</c> for a Unix socket.</param>
    /// <param name="unixPath">The Unix socket, an abstract name with its <c>@</c>; null for TCP.</param>
    /// <returns>Why it is none, or null.</returns>
    public static TransportFailure? Parse(StreamTypePolicy policy, string endpoint, out string host, out string? unixPath)
    {
        host = endpoint;
        unixPath = null;
        if (endpoint.StartsWith('+'))
        {
            unixPath = endpoint[1..];
            if (unixPath.Length < 2 || Encoding.UTF8.GetByteCount(unixPath) > MaxUnixPathBytes || unixPath.Contains('\0', StringComparison.Ordinal))
                return Bad(policy, "endpoint", $"names a Unix socket that is empty or longer than {MaxUnixPathBytes} bytes");
            host = "localhost";
        }

        return HostProblem(ref host) is { } problem ? Bad(policy, "endpoint", problem) : null;
    }

    /// <summary>The failure of a streamtype whose target cannot be made; for good where nothing that it is made of can change.</summary>
    public static TransportFailure Bad(StreamTypePolicy policy, string attribute, string problem) =>
        new(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"Streamtype '{policy.Name}' {problem}.") { Attribute = attribute, Permanent = IsFixed(policy, attribute) };

    private static bool IsFixed(StreamTypePolicy policy, string attribute) =>
        policy.Endpoint is null or { IsLiteral: true } && (attribute != "http_url" || policy.Http is null or { Url.IsLiteral: true });

    /// <summary>Checks a host name or address literal, puts brackets around IPv6, and writes names as the DNS has them.</summary>
    private static string? HostProblem(ref string host)
    {
        if (host.Length == 0)
            return "has an empty endpoint after expansion; give its metadata a value";
        if (host.Length > MaxHostChars)
            return $"has an endpoint of {host.Length} characters after expansion; a host name has at most {MaxHostChars}";

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

        try
        {
            // Once for all who ask for it by name: resolver, proxy, TLS.
            host = HostNames.InAscii(host);
            return null;
        }
        catch (ArgumentException)
        {
            return "has an endpoint after expansion that has no form in which the DNS could hold it (xn--); a label in it is empty, too long, or has letters that do not go together";
        }
    }
}
