using SecureStreams.Policy;

namespace SecureStreams.Transports.Connections;

/// <summary>Which URLs a protocol takes as its endpoint, beside a host: as in lws, what they say wins over the policy. Pure.</summary>
/// <param name="Plain">The scheme that speaks no TLS, whatever the policy says.</param>
/// <param name="PlainPort">Its port where neither the URL nor the policy states one.</param>
/// <param name="Secure">The scheme that speaks TLS, where the policy says so too.</param>
/// <param name="SecurePort">As <paramref name="PlainPort"/>.</param>
internal sealed record EndpointSchemes(string Plain, int PlainPort, string Secure, int SecurePort)
{
    /// <summary>Of MQTT, with the ports that IANA has registered for it.</summary>
    public static EndpointSchemes Mqtt { get; } = new("mqtt", 1883, "mqtts", 8883);

    /// <summary>Of MQTT within WebSocket.</summary>
    public static EndpointSchemes WebSocket { get; } = new("ws", 80, "wss", 443);

    /// <summary>Takes a URL apart.</summary>
    /// <param name="policy">The streamtype.</param>
    /// <param name="endpoint">The expanded endpoint, which has a scheme.</param>
    /// <param name="url">What it says.</param>
    /// <returns>Why it leads nowhere, or null.</returns>
    public TransportFailure? Read(StreamTypePolicy policy, string endpoint, out EndpointUrl url)
    {
        url = default;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var given) || given.HostNameType is UriHostNameType.Unknown || given.Host.Length == 0 || endpoint.AsSpan().ContainsAnyInRange('\0', ' '))
            return EndpointText.Bad(policy, "endpoint", $"has an endpoint that looks like a URL and is none; write {Secure}://host:port");
        if (given.UserInfo.Length > 0)
            return EndpointText.Bad(policy, "endpoint", "has user information in its endpoint URL, which would be shown wherever the endpoint is; put it into blobs");
        var isPlain = given.Scheme == Plain;
        if (!isPlain && given.Scheme != Secure)
            return EndpointText.Bad(policy, "endpoint", $"has an endpoint URL with scheme '{given.Scheme}', and its protocol is {ProtocolNames.NameOf(policy.Protocol)}; use {Plain} or {Secure}, or write the host alone");
        if (given.PathAndQuery is not ("" or "/") || given.Fragment.Length > 0)
            return EndpointText.Bad(policy, "endpoint", "has an endpoint URL that goes on behind its host; write the host and the port alone");

        // As for HTTP: trust is the policy's to state, and nothing goes out in the clear under that name.
        if (!isPlain && !policy.Tls)
            return EndpointText.Bad(policy, "tls", $"has an endpoint URL with {Secure} and \"tls\" off; set \"tls\": true, or write {Plain}");
        url = new EndpointUrl(given.Host, Math.Max(given.Port, 0), isPlain ? PlainPort : SecurePort, !isPlain);
        return null;
    }
}
