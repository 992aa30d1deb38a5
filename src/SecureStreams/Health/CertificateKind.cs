namespace SecureStreams;

/// <summary>What a certificate is relied on for.</summary>
internal enum CertificateKind
{
    /// <summary>A listener shows it.</summary>
    Server,

    /// <summary>A client shows it.</summary>
    Client,

    /// <summary>A trust store ends in it.</summary>
    Root,
}
