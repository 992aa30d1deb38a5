namespace SecureStreams.Connectivity;

/// <summary>What an outcome of the request says about the network. Pure; the table is in docs/system.md.</summary>
internal static class InternetEvidence
{
    /// <summary>Network authentication required (RFC 6585 section 6): a portal that says so.</summary>
    private const int PortalStatus = 511;

    /// <summary>Of an answer that is not the one expected.</summary>
    /// <param name="status">Its status.</param>
    public static SsInternet OfStatus(int status) => status switch
    {
        // A page where the server asked is known to answer without one, or the way to a page.
        >= 200 and < 400 or PortalStatus => SsInternet.CaptivePortal,

        // That anybody's server answers when something is wrong with it, or with the path that the policy asks for.
        _ => SsInternet.Unknown,
    };

    /// <summary>Of an attempt that failed.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="tlsWasMissing">Whether the answer to a TLS handshake was no TLS at all.</param>
    public static SsInternet OfFailure(in SsCause cause, bool tlsWasMissing = false) => cause.Code switch
    {
        SsCauseCode.RedirectRefused or SsCauseCode.RedirectInvalid or SsCauseCode.RedirectLimit => SsInternet.CaptivePortal,

        // Somebody else answers in the server's name and cannot prove to be it. An expired certificate is none of these: a wrong clock looks the same.
        SsCauseCode.CertificateUntrusted or SsCauseCode.CertificateHostMismatch or SsCauseCode.CertificatePinMismatch => SsInternet.CaptivePortal,
        SsCauseCode.TlsHandshakeFailed when tlsWasMissing => SsInternet.CaptivePortal,

        // A proxy that wants a password is there, and says nothing about what is behind it.
        SsCauseCode.ProxyAuthenticationFailed => SsInternet.Unknown,
        SsCauseCode.PeerClosed or SsCauseCode.ConnectionReset or SsCauseCode.PeerUnresponsive or SsCauseCode.PayloadTruncated => SsInternet.NoInternet,
        _ when cause.Status != 0 => OfStatus(cause.Status),
        _ => cause.Phase is SsPhase.Names or SsPhase.Connect or SsPhase.Proxy or SsPhase.Timeout ? SsInternet.NoInternet : SsInternet.Unknown,
    };
}
