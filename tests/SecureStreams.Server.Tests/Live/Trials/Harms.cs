namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>What can be wrong with a policy for clients that every check lets pass, over every protocol.</summary>
internal static class Harms
{
    private const string Pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    public static IReadOnlyList<Harm> All { get; } = [.. TrialTown.Protocols.SelectMany(Everywhere), .. Https(), .. WebSockets(), .. OtherProtocols()];

    private static IEnumerable<Harm> Everywhere(string p)
    {
        yield return new("nobody listens at the port", p, false, static town => T($"\"port\": {town.Dead}"), "Connect/ConnectionRefused");
        yield return new("nobody listens, and attempts are soon used up", p, false, static town => T($"\"port\": {town.Dead}, \"retry\": \"once\""), "Connect/ConnectionRefused");
        yield return new("the name does not resolve", p, false, static _ => T("\"endpoint\": \"nobody.invalid\""), "Names/NameNotFound", "Names/NameResolutionFailed");
        yield return new("a Unix socket that is not there", p, false, static _ => T("\"endpoint\": \"+/nonexistent/ss.sock\""), "Connect/ConnectFailed", "Connect/ConnectionRefused");
        yield return new("the local address is not ours", p, false, static _ => T("\"local_bind\": \"192.0.2.1\""), "Connect/LocalAddressUnavailable");
        yield return new("no HTTP proxy is there", p, false, static town => T($"\"via_http_proxy\": \"127.0.0.1:{town.Dead}\""), "Proxy/ConnectionRefused", "Connect/ConnectionRefused");
        yield return new("no SOCKS proxy is there", p, false, static town => T($"\"via-socks5\": \"127.0.0.1:{town.Dead}\""), "Proxy/ConnectionRefused", "Connect/ConnectionRefused");
        yield return new("the proxy speaks something else", p, false, town => T($"\"via-socks5\": \"127.0.0.1:{town.Port("raw")}\""), "Proxy/ProtocolError");
        yield return new("TLS towards a plain port", p, false, static _ => T("\"tls\": true, \"tls_trust_store\": \"main\""), "Tls/TlsHandshakeFailed");
        yield return new("TLS to a peer that never answers, in too short a time", p, true, static town => T($"\"port\": {town.Mute}, \"connect_timeout_ms\": 300"), "Timeout/ConnectTimeout");
        yield return new("plain towards a TLS port", p, true, static _ => T("\"tls\": false"), PlainOnTls(p));
        yield return new("a trust store that does not have the issuer", p, true, static _ => T("\"tls_trust_store\": \"stranger\""), "Tls/CertificateUntrusted");
        yield return new("the store itself trusts somebody else", p, true, static _ => """{ "trust_stores": [{ "main": ["strange"] }] }""", "Tls/CertificateUntrusted");
        yield return new("a pin that the peer does not have", p, true, static _ => T($"\"tls_pins\": [\"{Pin}\"]"), "Tls/CertificatePinMismatch");
        yield return new("a server whose certificate is for another host", p, true, town => T($"\"port\": {town.Port(p + "other")}"), "Tls/CertificateHostMismatch");
        yield return new("a server whose certificate has expired", p, true, town => T($"\"port\": {town.Port(p + "old")}"), "Tls/CertificateExpired");
        yield return new("a server that asks for a certificate we have not", p, true, town => T($"\"port\": {town.Port(p + "auth")}"), "Tls/ClientCertificateRefused", "Peer/ConnectionReset", "Peer/PeerClosed", "Tls/TlsHandshakeFailed");
        yield return new("a client certificate that no blob has", p, true, static _ => T("\"client_cert\": 3"), "Policy/BlobMissing");
        yield return new("revocation that nobody can tell of", p, true, static _ => T("\"tls_revocation\": \"online\""), "Tls/RevocationUnknown");
        yield return new("MQTT to who does not speak it", p, false, static _ => T("\"protocol\": \"mqtt\", \"mqtt_client_id\": \"trial\", \"mqtt_topic\": \"a\""), "Protocol/ProtocolError", "Peer/PeerClosed", "Timeout/ConnectTimeout", "Peer/ConnectionReset");
    }

    private static string[] PlainOnTls(string p) => p == "raw" ? ["Peer/PeerClosed", "Peer/ConnectionReset"] : ["Protocol/ProtocolError", "Peer/PeerClosed", "Peer/ConnectionReset"];

    private static IEnumerable<Harm> Https()
    {
        foreach (var p in new[] { "h1", "h2" })
        {
            yield return new("a path that the server does not have", p, false, static _ => T("\"http_url\": \"/nowhere\""), "Peer/PeerRefused");
            yield return new("another status is expected", p, false, static _ => T("\"http_expect\": 204"), "Peer/PeerRefused");
            yield return new("another status is expected", p, true, static _ => T("\"http_expect\": 201"), "Peer/PeerRefused");
            yield return new("answers are larger than is taken", p, false, static _ => T("\"max_body_bytes\": 4"), "Payload/PayloadTooLarge");
            yield return new("a server of raw bytes", p, false, static town => T($"\"port\": {town.Port("raw")}"), "Protocol/ProtocolError", "Peer/PeerClosed");
            yield return new("a server of WebSockets alone", p, false, static town => T($"\"port\": {town.Port("ws")}"), "Peer/PeerRefused", "Protocol/ProtocolError", "Peer/PeerClosed", "Peer/ConnectionReset");
        }

        yield return new("the peer never answers, in too short a time", "h2", false, static town => T($"\"port\": {town.Mute}, \"connect_timeout_ms\": 300"), "Timeout/ConnectTimeout", "Timeout/ResponseTimeout");
        yield return new("h2 to a server of h1", "h1", false, static _ => T("\"protocol\": \"h2\""), "Protocol/ProtocolError", "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("h2 over TLS to a server of h1", "h1", true, static _ => T("\"protocol\": \"h2\""), "Tls/AlpnMismatch", "Tls/TlsHandshakeFailed");
    }

    private static IEnumerable<Harm> WebSockets()
    {
        yield return new("a subprotocol that the server does not speak", "ws", false, static town => T($"\"port\": {town.Port("wschat")}, \"ws_subprotocol\": \"sing\""), "Protocol/ProtocolError", "Peer/PeerRefused");
        yield return new("no subprotocol, where one is asked for", "ws", false, static town => T($"\"port\": {town.Port("wschat")}"), "Peer/PeerRefused", "Protocol/ProtocolError");
        yield return new("messages are larger than is taken", "ws", false, static town => T($"\"port\": {town.Port("ws2")}, \"max_message_bytes\": 4"), "Payload/PayloadTooLarge");
        yield return new("the peer never answers, in too short a time", "ws", false, static town => T($"\"port\": {town.Mute}, \"connect_timeout_ms\": 300"), "Timeout/ConnectTimeout");
        yield return new("a server of raw bytes", "ws", false, static town => T($"\"port\": {town.Port("raw")}"), "Protocol/ProtocolError", "Peer/PeerClosed");
    }

    private static IEnumerable<Harm> OtherProtocols()
    {
        yield return new("ws to a server of h1", "h1", false, static _ => T("\"protocol\": \"ws\", \"http_method\": null, \"connect_timeout_ms\": 300"), "Timeout/ConnectTimeout", "Peer/PeerRefused", "Protocol/ProtocolError");
        yield return new("ws to a server of h2", "h2", false, static _ => T("\"protocol\": \"ws\", \"http_method\": null, \"connect_timeout_ms\": 300"), "Timeout/ConnectTimeout", "Protocol/ProtocolError", "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("h1 to a server of ws", "ws", false, static _ => T("\"protocol\": \"h1\", \"http_method\": \"POST\""), "Peer/PeerRefused");
        yield return new("h2 to a server of ws", "ws", false, static _ => T("\"protocol\": \"h2\", \"http_method\": \"POST\""), "Peer/PeerRefused", "Protocol/ProtocolError", "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("raw to a server of ws", "ws", false, static _ => T("\"protocol\": \"raw\""), "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("raw to a server of h1", "h1", false, static _ => T("\"protocol\": \"raw\""), "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("raw to a server of h2", "h2", false, static _ => T("\"protocol\": \"raw\""), "Peer/PeerClosed", "Peer/ConnectionReset");
        yield return new("ws to a server of raw", "raw", false, static _ => T("\"protocol\": \"ws\", \"http_url\": \"/echo\""), "Protocol/ProtocolError", "Peer/PeerClosed");
        yield return new("h1 to a server of raw", "raw", false, static _ => T("\"protocol\": \"h1\", \"http_method\": \"POST\", \"http_url\": \"/echo\""), "Protocol/ProtocolError", "Peer/PeerClosed");
        yield return new("h2 to a server of raw", "raw", false, static _ => T("\"protocol\": \"h2\", \"http_method\": \"POST\", \"http_url\": \"/echo\""), "Protocol/ProtocolError", "Peer/PeerClosed");
    }

    private static string T(string members) => $$"""{ "s": [{ "t": { {{members}} } }] }""";
}
