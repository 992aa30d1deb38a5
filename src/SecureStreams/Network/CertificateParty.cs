namespace SecureStreams.Network;

/// <summary>Whose certificate is judged, for the words of what is wrong with it.</summary>
/// <param name="Name">The role of the peer.</param>
/// <param name="StoreAttribute">The attribute that names the trust store.</param>
internal sealed record CertificateParty(string Name, string StoreAttribute)
{
    /// <summary>The peer of a client.</summary>
    public static CertificateParty Server { get; } = new("server", "tls_trust_store");

    /// <summary>The peer of a listener.</summary>
    public static CertificateParty Client { get; } = new("client", "tls_client_trust_store");
}
