using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Which proxy a dial goes through: the policy's, or where that says nothing, the environment's.</summary>
internal static class DialProxy
{
    private static readonly string[] Schemes = ["socks5h://", "socks5://"];

    /// <summary>The proxy, or null for none.</summary>
    /// <exception cref="TransportException">The environment asks for one that cannot be understood.</exception>
    public static ProxyPolicy? Of(DialOptions options, SsPlatform platform)
    {
        var proxy = options.Proxy ?? OfEnvironment(platform.SocksProxy);
        return proxy is { Kind: not ProxyKind.None } ? proxy : null;
    }

    private static ProxyPolicy? OfEnvironment(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        text = text.Trim();
        foreach (var scheme in Schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                text = text[scheme.Length..].TrimEnd('/');
        }

        // The value may hold a password, so that it is not quoted.
        return ProxyPolicy.TryParse(ProxyKind.Socks5, text, out var proxy)
            ? proxy
            : throw new TransportException(new TransportFailure(SsPhase.Policy, SsCauseCode.EndpointInvalid,
                "the environment variable socks_proxy is neither host:port nor user:password@host:port; correct or remove it, or state via-socks5 in the policy (\"\" for none)") { Permanent = true });
    }
}
