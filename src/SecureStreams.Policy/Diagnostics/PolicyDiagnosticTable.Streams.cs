namespace SecureStreams.Policy;

/// <content>Connections, listeners and back-off schemes: 0401 to 0420.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo EndpointMissing = Error("SSP0401", "A client streamtype has no endpoint",
        "There is nothing it could connect to.",
        "Add endpoint; or set server to true if it listens, local_sink if it is served inside the process.",
        """
        { "s": [ { "demo": { "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo TrustWithoutTls = Warning("SSP0402", "A trust store is named but TLS is off",
        "The trust store suggests that peers are checked, and none is: everything travels in the clear.",
        "Set tls to true, or remove tls_trust_store: without TLS no peer is checked.",
        $$"""
        {
          "certs": [ { "root": "{{ExampleCertificates.Root}}" } ],
          "trust_stores": [ { "name": "main", "stack": [ "root" ] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls_trust_store": "main" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo NailedUpOpportunistic = Warning("SSP0403", "nailed_up and opportunistic contradict each other",
        "One asks for a connection that is always there, the other for none that comes back by itself.",
        "Keep one: opportunistic switches off the reconnection that nailed_up asks for.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default", "nailed_up": true, "opportunistic": true } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo ServerOnly = Warning("SSP0404", "An attribute of servers stands on a client",
        "It has no effect there. Perhaps server is missing, and the streamtype connects where it should listen.",
        "Remove it, or set server to true.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.Root}}" } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "server_cert": "cert" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo OtherProtocol = Warning("SSP0405", "An attribute of another protocol has no effect",
        "Only the attributes of the streamtype's own protocol are read. In lws such attributes overwrite others.",
        "Remove it, or correct protocol.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "protocol": "h1", "mqtt_topic": "a/b" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo PingNotBeforeHangup = Warning("SSP0406", "The validity ping never happens",
        "The connection is hung up before the peer was asked for a sign of life.",
        "Make svalidping smaller than svalidhup.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3, "svalidping": 60, "svalidhup": 30 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo ThresholdOrder = Warning("SSP0407", "Flow control thresholds are out of order",
        "Reading stops above one threshold and resumes below the other. In the wrong order it never stops, never resumes, or the buffer overflows first.",
        "Order them: the lower threshold, the upper threshold, the size of the buffer.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "proxy_buflen_rxflow_on_above": 8192, "proxy_buflen_rxflow_off_below": 16384 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo PortMissing = Warning("SSP0408", "A client has no port",
        "Over mqtt and raw every attempt to connect fails without one. A stated 0 is replaced by the usual port of HTTP, which is not what it says.",
        "State the port, or give endpoint as a URL.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "protocol": "raw" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo EndpointNotAddress = Error("SSP0409", "An endpoint is neither a host nor a URL",
        "The name could not be found, so that no attempt to connect would succeed.",
        "Write a host name or address alone, with the port in port and the path in http_url; or a whole URL, of a scheme of the protocol.",
        """
        { "s": [ { "demo": { "endpoint": "example.com:8080" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo SchemeNeedsTls = Error("SSP0410", "An endpoint asks for TLS and tls is off",
        "In lws such a scheme does not switch TLS on, and everything would travel in the clear. Here nothing is sent at all.",
        "Set tls to true.",
        """
        { "s": [ { "demo": { "endpoint": "https://example.com/" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo SchemeTurnsTlsOff = Warning("SSP0411", "An endpoint switches TLS off",
        "As in lws, a scheme without TLS in the endpoint wins over tls: everything travels in the clear.",
        "Write the scheme with an s at its end, or leave it out.",
        """
        { "s": [ { "demo": { "endpoint": "http://example.com/", "tls": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo EndpointUserInfo = Error("SSP0412", "An endpoint has user information",
        "It would be shown wherever the endpoint is, in logs above all. No connection is made with it.",
        "Send credentials in a header or in the protocol's own way, from a blob.",
        """
        { "s": [ { "demo": { "endpoint": "https://ann@example.com/", "tls": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ServerCertMissing = Error("SSP0413", "A listener with TLS has no certificate",
        "Without one no handshake succeeds.",
        "Name one in server_cert, with its key in server_key; or remove tls.",
        """
        { "s": [ { "demo": { "server": true, "port": 443, "tls": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ServerKeyMissing = Error("SSP0414", "A listener's certificate has no key",
        "The listener could prove to nobody that it owns the certificate, so that every handshake would fail.",
        "Name its private key in server_key.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.Root}}" } ],
          "s": [ { "demo": { "server": true, "port": 443, "tls": true, "server_cert": "cert" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo ServerCertWithoutTls = Warning("SSP0415", "A listener has a certificate and no TLS",
        "The certificate suggests that connections are protected, and they are not.",
        "Set tls to true, or remove server_cert and server_key.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.Root}}" } ],
          "s": [ { "demo": { "server": true, "port": 80, "server_cert": "cert" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo ClientOnly = Warning("SSP0416", "An attribute of clients stands on a server",
        "It has no effect there: a listener connects to nothing. Perhaps server is there by mistake.",
        "Remove it, or remove server.",
        """
        { "s": [ { "demo": { "server": true, "port": 8080, "nailed_up": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo NailedUpWithoutRetry = Warning("SSP0417", "A stream that stays connected is never retried",
        "nailed_up connects at creation. Without a retry scheme the first attempt that fails is the last.",
        "Name a retry scheme in retry.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "nailed_up": true } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo DelaysUnused = Warning("SSP0418", "Delays of a retry scheme are never used",
        "conceal says how many retries are made before the application is told. With 0, none is made, whatever backoff says.",
        "Set conceal to the number of retries wanted, or to 65535 for ever.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000, 2000, 5000 ] } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo TwoProxies = Error("SSP0420", "Two proxies are named for one way",
        "A connection goes through one proxy; which one would be a guess, and the wrong guess may show traffic to somebody who must not see it.",
        "Keep via-socks5 or via_http_proxy, or set one of them to \"\".",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "via-socks5": "127.0.0.1:1080", "via_http_proxy": "127.0.0.1:3128" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ValidityTwice = Warning("SSP0419", "A time is stated in seconds and in milliseconds",
        "Only one of them can hold.",
        "Keep one of them; milliseconds win.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3, "svalidping": 30, "svalidping_ms": 500, "svalidhup": 60 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo UnixEndpoint = Error("SSP0432", "An endpoint names no Unix socket",
        "What follows the + of an endpoint is the path of a Unix socket, or a @ and its abstract name. The system takes 107 bytes, so that nobody could listen there or connect.",
        "Write +/path/of/socket or +@name, of at most 107 bytes behind the +.",
        """
        { "s": [ { "demo": { "endpoint": "+@", "protocol": "raw" } } ] }
        """);
}
