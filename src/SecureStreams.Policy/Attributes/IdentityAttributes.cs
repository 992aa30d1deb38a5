using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Who we are in TLS, and who the peer must be beyond its chain of trust.</summary>
internal static class IdentityAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        // New handshakes read the blobs; connections that stand keep what they shook hands with.
        Blob("tls_cert_blob", "The blob that holds our certificate and its chain, as PEM, DER or PKCS#12. Clients show it to servers that ask; for a listener it counts instead of server_cert."),
        Blob("tls_key_blob", "The blob that holds the key of our certificate, where it does not stand with it: PKCS#8, PKCS#1 or SEC1, as PEM or DER. For a listener it counts instead of server_key."),
        Blob("tls_key_passphrase_blob", "The blob that holds the passphrase of the key or of the PKCS#12 file, when it is encrypted."),
        Hashes("tls_pins", PolicyScopes.Client, PolicyImpact.Reconnect,
            "Hashes of public keys (SPKI), one of which the peer must have. Empty: any peer that the trust store vouches for.", actedOn: true),
        new()
        {
            Name = "tls_pin_scope", Kind = PolicyValueKind.Choice, Choices = ["leaf", "chain"], Default = "leaf", IsExtension = true, ActedOn = true,
            Help = "Whose key tls_pins are held against: the peer's own certificate, or any of its verified chain, the trusted one included.",
        },
        new()
        {
            Name = "tls_revocation", Kind = PolicyValueKind.Choice, Choices = ["none", "online"], Default = "none", IsExtension = true, ActedOn = true,
            Help = "Whether each handshake asks, by CRL or OCSP, if the peer's certificate was revoked; one of which that cannot be learned is refused then.",
        },
        new()
        {
            Name = "tls_client_auth", Kind = PolicyValueKind.Choice, Choices = ["none", "request", "require"], Default = "none", Scopes = PolicyScopes.Server,
            Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "Whether clients are asked for a certificate, and refused without one. One that is shown is always checked.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.ClientTrustStore = stream.Names.TrustStores[value.Text])
        {
            Name = "tls_client_trust_store", Kind = PolicyValueKind.Name, RefersTo = PolicySection.TrustStores, Default = "the operating system's store",
            Scopes = PolicyScopes.Server, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true,
            Help = "The trust store that clients' certificates are checked against.",
        },
        Hashes("tls_client_deny", PolicyScopes.Server, PolicyImpact.NextAttempt, "Hashes of public keys (SPKI) of clients that are refused whoever vouches for them.", actedOn: true),
    ];

    private static PolicyAttributeInfo Blob(string name, string help) => new()
    {
        Name = name, Kind = PolicyValueKind.Text, Pattern = PolicyPatterns.BlobName, PatternHelp = PolicyPatterns.BlobNameHelp,
        Scopes = PolicyScopes.Client | PolicyScopes.Server, Impact = PolicyImpact.NextAttempt, IsExtension = true, ActedOn = true, Help = help,
    };

    private static PolicyAttributeInfo Hashes(string name, PolicyScopes scopes, PolicyImpact impact, string help, bool actedOn = false) => new()
    {
        Name = name, Kind = PolicyValueKind.TextList, Pattern = PolicyPatterns.SpkiHash, PatternHelp = PolicyPatterns.SpkiHashHelp, Default = "[]",
        Scopes = scopes, Impact = impact, IsExtension = true, ActedOn = actedOn, Help = help,
    };
}
