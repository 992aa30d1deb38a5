using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Where a stream connects or listens, and with what protocol.</summary>
internal static class ConnectionAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Server = value.Flag)
        {
            Name = "server", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Server, Impact = PolicyImpact.Recreate, ActedOn = true,
            Help = "It listens instead of connecting. This release serves h1, h2, ws and raw; listeners of other protocols are refused when they are created.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Endpoint = value.Template)
        {
            Name = "endpoint", Kind = PolicyValueKind.Template, Scopes = Both, ActedOn = true,
            Help = "Client: host, address, +path of a Unix socket or URL (not raw). Server: interface or address to listen on, +path, or !name of a listener.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Port = (int)value.Number)
        {
            Name = "port", Kind = PolicyValueKind.Number, Maximum = 65535, Default = "0", Scopes = Both, ActedOn = true,
            Help = "The peer's port, or the port to listen on. A client's 0 is 443 with tls and 80 without; mqtt and raw have no such port.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Protocol = StreamTypeParts.ProtocolOf(value.Text))
        {
            Name = "protocol", Kind = PolicyValueKind.Choice, Choices = ["h1", "h2", "h3", "ws", "mqtt", "raw"], Default = "h1", Scopes = Both, ActedOn = true,
            OldChoices = [KeyValuePair.Create("h1get", "h1")], Help = "The wire protocol. A stream of h3 without protocol_fallback is refused when it connects.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Retry = stream.Names.Retries[value.Text])
        {
            Name = "retry", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Retry, Default = "never retry", ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "The back-off scheme, by its name in the retry section. Of a listener its validity alone counts: when a silent client is taken for dead.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Opportunistic = value.Flag)
        {
            Name = "opportunistic", Kind = PolicyValueKind.Flag, Default = "false", ActedOn = true, Impact = PolicyImpact.Live,
            Help = "Do not connect again by itself after a connection ended.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.NailedUp = value.Flag)
        {
            Name = "nailed_up", Kind = PolicyValueKind.Flag, Default = "false", ActedOn = true, Impact = PolicyImpact.Live, Help = "Connect at creation.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.AllowRedirects = value.Flag)
        {
            Name = "allow_redirects", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http | PolicyProtocols.WebSocket, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "Follow redirects, four at most; else a redirect is a failed attempt.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.LongPoll = value.Flag)
        {
            Name = "long_poll", Kind = PolicyValueKind.Flag, Default = "false", Protocols = PolicyProtocols.Http, ActedOn = true,
            Impact = PolicyImpact.NextAttempt, Help = "A response may take for ever.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) =>
            stream.Timeout = value.Number == 0 ? null : TimeSpan.FromMilliseconds(value.Number))
        {
            Name = "timeout_ms", Kind = PolicyValueKind.Number, Unit = "ms", ZeroMeansDefault = true, ActedOn = true, Impact = PolicyImpact.Live,
            Help = "What a timeout lasts that the application starts \"as the policy says\"; it never starts by itself. 0: none starts.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Metadata = stream.MetadataOf(value.Pairs))
        {
            Name = "metadata", Kind = PolicyValueKind.MetadataMap, Scopes = Both, ActedOn = true, Impact = PolicyImpact.Recreate,
            Help = "Names for ${} and for the application, each with the header it travels in or \"\". MQTT 5: the user property it travels in. mqtt: $topic, $qos, $retain and $dup are of what was received.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.SetProxy(ProxyKind.Socks5, value.Text))
        {
            Name = "via-socks5", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Socks, PatternHelp = PolicyPatterns.SocksHelp, IsSecret = true, ActedOn = true,
            Help = "SOCKS5 proxy of this streamtype, which looks the endpoint's name up; \"\" for none. Not used for Unix sockets.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.SetProxy(ProxyKind.HttpConnect, value.Text))
        {
            Name = "via_http_proxy", Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.Socks, PatternHelp = PolicyPatterns.SocksHelp, IsSecret = true, ActedOn = true,
            IsExtension = true, Help = "HTTP proxy of this streamtype, asked to CONNECT to the endpoint; \"\" for none. Not used for Unix sockets.",
        },
        new() { Name = "plugins", Kind = PolicyValueKind.Anything, Scopes = PolicyScopes.None, Impact = PolicyImpact.Live, Help = "Deprecated; not read." },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.LocalSink = value.Flag)
        {
            Name = "local_sink", Kind = PolicyValueKind.Flag, Default = "false", Scopes = Both, ActedOn = true, Impact = PolicyImpact.Recreate,
            Help = "Served by a sink inside the process; endpoint and protocol say nothing then.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.ConnectTimeout = TimeSpan.FromMilliseconds(value.Number))
        {
            Name = "connect_timeout_ms", Kind = PolicyValueKind.Number, Minimum = 1, Unit = "ms", Default = "20000", ActedOn = true, Impact = PolicyImpact.NextAttempt,
            IsExtension = true, Help = "How long one attempt may take until the connection can be used: names, proxy, every address, TLS, and the handshake of ws or mqtt.",
        },
        new()
        {
            Name = "port_metadata", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Metadata, ActedOn = true, IsExtension = true,
            Help = "The metadata that holds the peer's port; counts instead of port once it is set.",
        },
        new()
        {
            Name = "local_bind", Kind = PolicyValueKind.Template, ActedOn = true, IsExtension = true,
            Help = "The local address, or address:port, to connect from; an IPv6 address with a port stands in brackets.",
        },
        new()
        {
            Name = "address_family", Kind = PolicyValueKind.Choice, Choices = ["any", "ipv4", "ipv6"], Default = "any", Scopes = Both, ActedOn = true, IsExtension = true,
            Help = "Which addresses are used. A server with any listens on IPv4 and IPv6.",
        },
        new()
        {
            Name = "metadata_from_connection", Kind = PolicyValueKind.ChoiceMap, RefersTo = PolicySection.Metadata, Scopes = Both, Default = "[]",
            Choices =
            [
                "peer_ip", "peer_port", "local_ip", "local_port", "tls_version", "tls_cipher", "alpn", "peer_cert_spki_sha256", "peer_cert_subject", "peer_uid",
                "peer_gid", "peer_pid",
            ],
            Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "Metadata that say something of the connection; the application reads them and cannot set them: [{\"from\": \"peer_ip\"}].",
        },
    ];

    private const PolicyScopes Both = PolicyScopes.Client | PolicyScopes.Server;
}
