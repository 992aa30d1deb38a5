namespace SecureStreams.Interop.Tests.Tls;

/// <summary>What a case has at hand while it runs.</summary>
/// <param name="Crl">A server for revocation lists.</param>
internal sealed record RefusalSetting(CrlServer Crl);
