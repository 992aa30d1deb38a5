using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network.Identities;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// The client's side of one TLS handshake, directly on the counting stream. Whoever gets the stream may send: certificate and protocol are settled.
/// </summary>
/// <remarks>
/// A peer that ends the connection during the handshake is reported in phase Tls as PeerClosed (it closed in order, also in the middle of a message) or
/// ConnectionReset; TlsHandshakeFailed is kept for what TLS itself objects to: an alert, no common version or cipher, bytes that are not TLS.
/// A session is resumed only by whom it was made for (<see cref="SessionRights"/>), and only when the peer's certificate passes this target's own judgement again.
/// </remarks>
internal sealed class TlsHandshake(CountingStream wire, TlsTarget tls, TrustAnchors? anchors, ClientIdentity? identity, TimeProvider time)
{
    private const int TlsHandshakeRecord = 0x16;
    private const int TlsAlertRecord = 0x15;

    /// <summary>
    /// Never older, whatever the machine allows; and named, so that the platform keeps sessions of others in the process apart, who mostly leave the choice to it.
    /// </summary>
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private TransportFailure? _refusal;

    /// <summary>Runs the handshake. On failure the connection is closed.</summary>
    /// <exception cref="TransportException">The handshake or the peer's certificate or protocol failed.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<TlsStream> RunAsync(CancellationToken cancellationToken)
    {
        var stream = new TlsStream(wire, tls.Options, time);
        try
        {
            await stream.AuthenticateAsClientAsync(Options(), cancellationToken).ConfigureAwait(false);
            stream.NoteHandshake();
            ThrowOnAlpnMismatch(stream.NegotiatedApplicationProtocol);
            return stream;
        }
        catch (Exception error)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (_refusal is not null)
                throw new TransportException(_refusal with { Error = error });
            if (error is TransportException || cancellationToken.IsCancellationRequested)
                throw;
            throw new TransportException(Failure(error));
        }
    }

    private SslClientAuthenticationOptions Options()
    {
        var now = time.GetUtcNow();
        var host = HostNames.ForTls(tls.ServerName);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = Versions,
            AllowTlsResume = SessionRights.Take(host, tls.Options),
            ClientCertificateContext = identity?.Context,
            ApplicationProtocols = tls.Alpn.Protocol.IsEmpty ? null : [tls.Alpn],
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = ChainPolicy(now),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate as X509Certificate2, chain, errors, now),
        };
    }

    private X509ChainPolicy ChainPolicy(DateTimeOffset now)
    {
        // Nothing is fetched behind the operator's back: no missing intermediates, and what tells of revocation only where the policy asks for it.
        var policy = new X509ChainPolicy
        {
            RevocationMode = tls.Options.ChecksRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            UrlRetrievalTimeout = NetworkDefaults.RevocationTimeout,
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
        };
        policy.ApplicationPolicy.Add(ServerAuthentication);
        if (anchors is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(anchors.Certificates);
        }

        return policy;
    }

    private bool Accept(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        try
        {
            _refusal = new CertificateJudge(tls, anchors, now, CertificateParty.Server).Judge(certificate, chain, errors);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            _refusal = new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateInvalid, $"the server's certificate cannot be read: {OperatorText.Clean(error.Message)}");
        }

        return _refusal is null;
    }

    private void ThrowOnAlpnMismatch(SslApplicationProtocol agreed)
    {
        // Servers without ALPN speak HTTP/1.1; nothing else may be assumed of a peer that agreed to nothing.
        if (agreed == tls.Alpn || tls.Alpn.Protocol.IsEmpty || (agreed.Protocol.IsEmpty && tls.Alpn == SslApplicationProtocol.Http11))
            return;
        throw new TransportException(AlpnMismatch(agreed.Protocol.IsEmpty ? "agreed to no protocol" : $"chose '{OperatorText.Clean(agreed.ToString())}'", null));
    }

    private TransportFailure AlpnMismatch(string what, Exception? error) => new(SsPhase.Tls, SsCauseCode.AlpnMismatch,
        $"the server {what} where the policy wants '{tls.Alpn}' (ALPN); change the streamtype's protocol, or enable it on the server") { Error = error, Attribute = "protocol" };

    private TransportFailure Failure(Exception error)
    {
        if (TlsErrors.Alert(error) is { } alert)
            return Alerted(alert, error) with { PeerText = alert };

        if (wire.FirstByte is >= 0 and not TlsHandshakeRecord and not TlsAlertRecord)
        {
            return Failed($"the server does not speak TLS on this port (its first byte is 0x{wire.FirstByte:x2}); correct the port, or switch tls off for the streamtype", error)
                with { Attribute = "tls" };
        }

        // The library's word for close_notify where a handshake should be.
        if (NetworkErrors.Innermost(error).Contains("SSL_ERROR_ZERO_RETURN", StringComparison.Ordinal))
            return Failed("the server closed the connection with an alert (close_notify) during the TLS handshake; check that the port is a TLS port and that the server is in order", error) with { Code = SsCauseCode.PeerClosed };

        if (TlsHead.OldVersion(wire.Head) is { } old)
            return Failed($"the server speaks {old}, and nothing older than TLS 1.2 is accepted; enable TLS 1.2 or 1.3 on the server", error);

        if (error is AuthenticationException)
            return Failed($"the TLS handshake failed: {TlsErrors.Text(error)}", error);

        if (NetworkErrors.FindSocketError(error) is { } socket)
        {
            return NetworkErrors.IsReset(socket.SocketErrorCode)
                ? Failed($"the peer or the network reset the connection during the TLS handshake ({socket.SocketErrorCode})", error) with { Code = SsCauseCode.ConnectionReset }
                : NetworkErrors.FromException(error, "in the TLS handshake") with { Phase = SsPhase.Tls };
        }

        return wire.PeerEnded
            ? Failed($"the server closed the connection during the TLS handshake, {(wire.FirstByte < 0 ? "without an answer; check that the port is a TLS port" : "in the middle of it")}", error)
                with { Code = SsCauseCode.PeerClosed }
            : Failed($"the TLS handshake failed: {TlsErrors.Text(error)}", error);
    }

    private TransportFailure Alerted(string alert, Exception error)
    {
        if (TlsErrors.IsNoApplicationProtocol(alert))
            return AlpnMismatch("refused the protocol", error);
        if (TlsErrors.IsAboutOurCertificate(alert))
            return TlsErrors.OurCertificateRefused(alert, error) with { Attribute = tls.Options.Identity?.Attribute ?? "tls_cert_blob" };
        if (alert.Contains("protocol version", StringComparison.OrdinalIgnoreCase))
            return Failed($"the server speaks neither TLS 1.2 nor 1.3, and nothing older is accepted ({alert}); enable one of them on the server", error);
        return Failed($"the server ended the TLS handshake with an alert: {alert}", error);
    }

    private static TransportFailure Failed(string message, Exception error) => new(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, message) { Error = error };
}
