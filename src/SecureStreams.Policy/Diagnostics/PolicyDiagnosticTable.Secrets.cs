namespace SecureStreams.Policy;

/// <content>Certificates and secrets: 03xx.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo CertificateElided = Warning("SSP0301", "A certificate is shortened with ...",
        "Documentation shortens certificates like that. The policy loads; what needs the certificate cannot run.",
        "Put the whole base64 text in; a stream that needs the certificate is refused when it connects.",
        """
        {
          "certs": [ { "root": "MIIFazCC...eGCc=" } ],
          "trust_stores": [ { "name": "main", "stack": [ "root" ] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_trust_store": "main" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo CertificateInvalid = Error("SSP0302", "A certificate that is used cannot be read",
        "No peer could be checked against it, or none would be shown it.",
        "Put the base64 text of one DER certificate in, as between the BEGIN and END lines of a PEM file.",
        """
        {
          "certs": [ { "root": "AAAAAAAA" } ],
          "trust_stores": [ { "name": "main", "stack": [ "root" ] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_trust_store": "main" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo CertificateUnusable = Warning("SSP0303", "A certificate that nothing uses cannot be read",
        "It does no harm now, and will be an error as soon as it is used.",
        "Remove it, or put the base64 text of one DER certificate in.",
        """
        {
          "certs": [ { "root": "AAAAAAAA" } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo CertificateExpired = Warning("SSP0304", "A certificate is not valid at this time",
        "Peers whose chain ends in an expired root are refused, and clients refuse a listener that shows an expired certificate.",
        "Replace it; peers whose chain ends in it will be refused.",
        $$"""
        {
          "certs": [ { "root": "{{ExampleCertificates.OneDay}}" } ],
          "trust_stores": [ { "name": "main", "stack": [ "root" ] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_trust_store": "main" } } ]
        }
        """) with
    {
        ExampleOptions = new PolicyLoadOptions { ValidAt = new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero) },
        ExampleNote = "Loaded on 2027-03-01:",
    };

    internal static readonly PolicyDiagnosticInfo PrivateKeyInText = Warning("SSP0305", "A private key stands in the policy",
        "Policies are copied, logged and committed. Whoever reads the key can pose as its owner.",
        "Keep keys out of policies: refer to a blob.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.Root}}" }, { "key": "{{ExampleCertificates.RootKey}}" } ],
          "s": [ { "demo": { "server": true, "port": 443, "tls": true, "server_cert": "cert", "server_key": "key" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo SecretInText = Warning("SSP0306", "A secret stands in the policy",
        "Policies are copied, logged and committed. No message quotes the value, but the file shows it.",
        "Keep passwords and tokens out of policies: refer to a blob, or let the application supply them as metadata. Those of a proxy go into the environment variable socks_proxy of the program, which takes SOCKS5 proxies; or use a proxy that knows its users by their address.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_url": "feed?access_token=abcdef" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo EmptyTrustStore = Warning("SSP0307", "A trust store is empty",
        "A stream that names it refuses every peer.",
        "Name its certificates in stack; an empty store trusts no peer.",
        """
        {
          "trust_stores": [ { "name": "main", "stack": [] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_trust_store": "main" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo CertificateExpiresSoon = Warning("SSP0308", "A certificate expires soon",
        "Within thirty days it ends, and with it every connection that needs it.",
        "Replace it before that day.",
        $$"""
        {
          "certs": [ { "root": "{{ExampleCertificates.OneDay}}" } ],
          "trust_stores": [ { "name": "main", "stack": [ "root" ] } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_trust_store": "main" } } ]
        }
        """) with
    {
        ExampleOptions = new PolicyLoadOptions { ValidAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) },
        ExampleNote = "Loaded on 2026-11-21:",
    };

    internal static readonly PolicyDiagnosticInfo KeyMismatch = Error("SSP0309", "A private key does not belong to its certificate",
        "The listener could prove to nobody that it owns the certificate, so that every handshake would fail.",
        "Put the key in that the certificate was made for.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.OtherRoot}}" }, { "key": "{{ExampleCertificates.RootKey}}" } ],
          "s": [ { "demo": { "server": true, "port": 443, "tls": true, "server_cert": "cert", "server_key": "key" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo CertificateForKey = Error("SSP0310", "A certificate stands where a key is needed",
        "A certificate has no private key in it, and without one no handshake succeeds.",
        "Name the entry of certs that holds the private key, or a blob.",
        $$"""
        {
          "certs": [ { "cert": "{{ExampleCertificates.Root}}" } ],
          "s": [ { "demo": { "server": true, "port": 443, "tls": true, "server_cert": "cert", "server_key": "cert" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo OddIdentity = Warning("SSP0311", "A client's certificate is not whole, or not used",
        "A client shows one certificate: that of tls_cert_blob, else that of client_cert. It needs its key, in the same blob or in tls_key_blob, and TLS to show it in. What is stated beside that has no effect; a key alone makes every attempt fail.",
        "Keep tls_cert_blob or client_cert, with tls_key_blob where the key is in a blob of its own; set tls to true; remove what is left over.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "client_cert": 0, "tls_cert_blob": "device.pem" } } ] }
        """);
}
