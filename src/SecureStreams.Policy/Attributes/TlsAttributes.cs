using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class TlsAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Tls = value.Flag)
        {
            Name = "tls", Kind = PolicyValueKind.Flag, Default = "false", Scopes = PolicyScopes.Client | PolicyScopes.Server, ActedOn = true,
            Help = "Travel in TLS.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.TrustStore = stream.Names.TrustStores[value.Text])
        {
            Name = "tls_trust_store", Kind = PolicyValueKind.Name, RefersTo = PolicySection.TrustStores, Default = "the operating system's store",
            ActedOn = true, Help = "The trust store that the peer's certificate is checked against.",
        },
        new()
        {
            Name = "client_cert", OldSpellings = ["client cert"], Kind = PolicyValueKind.Number, Maximum = 255, Default = "none", ActedOn = true,
            Help = "Index of the blobs with the client certificate and key to present: 0 for CLIENT_CERT_DER and CLIENT_KEY_DER. tls_cert_blob counts instead where it is stated.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.ServerCertificate = stream.Names.Certificates[value.Text])
        {
            Name = "server_cert", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Certificates, Scopes = PolicyScopes.Server, Impact = PolicyImpact.NextAttempt, ActedOn = true,
            Help = "The listener's certificate, by its name in certs.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.ServerKey = stream.Names.Certificates[value.Text])
        {
            Name = "server_key", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Certificates, Scopes = PolicyScopes.Server, Impact = PolicyImpact.NextAttempt, ActedOn = true,
            Help = "The listener's key, by its name in certs.",
        },
        new PolicyAttributeInfo<StreamTypeParts>(static (stream, value) => stream.Auth = stream.Names.AuthOf(value.Text))
        {
            Name = "use_auth", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Auth, Impact = PolicyImpact.NextAttempt, ActedOn = true,
            Help = "The authentication scheme, by its name in auth; http_auth_header names the header of its token, and a scheme of type sigv4 signs requests of h1 and h2.",
        },
        new()
        {
            Name = "aws_region", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Metadata, Protocols = PolicyProtocols.Http,
            Impact = PolicyImpact.NextAttempt, ActedOn = true, Help = "The metadata that holds the region that a sigv4 signature names.",
        },
        new()
        {
            Name = "aws_service", Kind = PolicyValueKind.Name, RefersTo = PolicySection.Metadata, Protocols = PolicyProtocols.Http,
            Impact = PolicyImpact.NextAttempt, ActedOn = true, Help = "The metadata that holds the service that a sigv4 signature names.",
        },
    ];
}
