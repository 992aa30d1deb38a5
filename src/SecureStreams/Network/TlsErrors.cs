using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Reads what the TLS library says, which is text only.</summary>
internal static class TlsErrors
{
    // OpenSSL numbers the alert 1000 + 120 (RFC 7301 section 3.2); releases without a text for it print the number.
    private static readonly string[] NoApplicationProtocol = ["no application protocol", "reason(1120)"];

    /// <summary>The reason of the innermost error, without the library's own prefix.</summary>
    public static string Text(Exception error)
    {
        var text = NetworkErrors.Innermost(error);
        var reason = text.LastIndexOf("::", StringComparison.Ordinal);
        return text.StartsWith("error:", StringComparison.Ordinal) && reason >= 0 ? text[(reason + 2)..] : text;
    }

    /// <summary>The alert by which the peer ended the handshake, or null when it sent none.</summary>
    public static string? Alert(Exception error)
    {
        var text = Text(error);
        return text.Contains("alert", StringComparison.OrdinalIgnoreCase) || IsNoApplicationProtocol(text) ? text : null;
    }

    // What a server says of the certificate of a client (RFC 8446 section 6.2), as the library words it.
    private static readonly string[] AboutOurCertificate =
    [
        "certificate required", "bad certificate", "unsupported certificate", "certificate revoked", "certificate expired", "certificate unknown", "unknown ca", "access denied",
        "reason(1116)",
    ];

    /// <summary>Whether the peer's alert is about the certificate that this side showed, or did not show.</summary>
    public static bool IsAboutOurCertificate(string alert) => AboutOurCertificate.Any(one => alert.Contains(one, StringComparison.OrdinalIgnoreCase));

    /// <summary>What an alert means that ended a connection after its handshake: with TLS 1.3 that is when a server tells what it thinks of the client's certificate.</summary>
    /// <returns>Null when the peer sent no alert.</returns>
    public static TransportFailure? AfterHandshake(Exception error) => Alert(error) is not { } alert ? null
        : IsAboutOurCertificate(alert) ? OurCertificateRefused(alert, error)
        : new TransportFailure(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, $"the server ended the connection with an alert: {alert}") { Error = error, PeerText = alert };

    /// <summary>The server does not take this side's certificate, or misses one.</summary>
    public static TransportFailure OurCertificateRefused(string alert, Exception error) => new(SsPhase.Tls, SsCauseCode.ClientCertificateRefused,
        alert.Contains("required", StringComparison.OrdinalIgnoreCase)
            ? $"the server wants a certificate of this side and got none ({alert}); name the blobs that hold one with tls_cert_blob and tls_key_blob"
            : $"the server refuses the certificate of this side ({alert}); store one that it trusts in the blob that tls_cert_blob or client_cert names")
    {
        Error = error,
        PeerText = alert,
        Attribute = "tls_cert_blob",
    };

    /// <summary>Whether the peer's alert says that it speaks none of the protocols offered.</summary>
    public static bool IsNoApplicationProtocol(string text) =>
        NoApplicationProtocol.Any(one => text.Contains(one, StringComparison.OrdinalIgnoreCase));
}
