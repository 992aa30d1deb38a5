namespace SecureStreams;

/// <summary>A certificate that a context relies on.</summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Name">The streamtype, blob, or trust store and certificate.</param>
/// <param name="NotAfter">Until when it is valid.</param>
internal sealed record KnownCertificate(CertificateKind Kind, string Name, DateTimeOffset NotAfter);
