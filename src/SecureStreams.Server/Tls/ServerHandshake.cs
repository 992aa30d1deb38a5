using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>The server's side of one TLS handshake. Whoever gets the stream may talk to the client: its certificate, where one is asked for, is settled.</summary>
/// <remarks>
/// Sessions are resumed only where clients are not asked who they are: a client whose certificate was denied or has expired meanwhile shall not come back on an old session.
/// </remarks>
/// <param name="wire">The connection.</param>
/// <param name="choose">Whose TLS it is, by the name that the client asks for; empty for none.</param>
/// <param name="protocols">What is agreed to by ALPN, best first; empty for nothing.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerHandshake(CountingStream wire, Func<string, ServerTls> choose, IReadOnlyList<SslApplicationProtocol> protocols, TimeProvider time)
{
    private const int TlsHandshakeRecord = 0x16;

    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private TransportFailure? _refusal;
    private ServerTlsOffer? _offer;
    private string _name = "";

    /// <summary>Runs it. On failure the connection is closed.</summary>
    /// <exception cref="TransportException">It failed.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<SecuredConnection> RunAsync(CancellationToken cancellationToken)
    {
        var stream = new ServerTlsStream(wire);
        try
        {
            await stream.AuthenticateAsServerAsync(static (_, hello, state, _) => ValueTask.FromResult(((ServerHandshake)state!).Options(hello.ServerName)), this, cancellationToken).ConfigureAwait(false);
            stream.BeginTurns();
            return new SecuredConnection(stream, _name, _offer!.Tls);
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
        finally
        {
            _offer?.Identity.Return();
        }
    }

    private SslServerAuthenticationOptions Options(string name)
    {
        _name = name = HostNames.ForTls(name);
        ServerTlsOffer offer;
        try
        {
            _offer = offer = Take(name);
        }
        catch (TransportException error)
        {
            _refusal = error.Failure;
            throw;
        }

        var now = time.GetUtcNow();
        var asks = offer.Clients.Asks;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = offer.Identity.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = protocols.Count == 0 ? null : [.. protocols],
            AllowRenegotiation = false,
            AllowTlsResume = !asks,
            ClientCertificateRequired = asks,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = asks ? ChainPolicy(offer.Anchors, now) : null,
            RemoteCertificateValidationCallback = (_, shown, chain, errors) => Accept(offer, shown as X509Certificate2, chain, errors, now),
        };
    }

    private ServerTlsOffer Take(string name)
    {
        try
        {
            return choose(name).Take();
        }
        catch (ObjectDisposedException)
        {
            // A streamtype that has just left the listener: now it is another's.
            return choose(name).Take();
        }
    }

    private static X509ChainPolicy ChainPolicy(TrustAnchors? anchors, DateTimeOffset now)
    {
        // Nothing is fetched because a stranger shows a certificate.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true, VerificationTime = now.UtcDateTime };
        policy.ApplicationPolicy.Add(ClientAuthentication);
        if (anchors is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(anchors.Certificates);
        }

        return policy;
    }

    private bool Accept(ServerTlsOffer offer, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (!offer.Clients.Asks || (shown is null && !offer.Clients.Requires))
            return true;
        try
        {
            _refusal = Judge(offer, shown, chain, errors, now);
        }
        catch (Exception error) when (error is CryptographicException or AsnContentException)
        {
            _refusal = new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateInvalid, $"the client's certificate cannot be read: {OperatorText.Clean(error.Message)}");
        }

        return _refusal is null;
    }

    private static TransportFailure? Judge(ServerTlsOffer offer, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        if (shown is null)
        {
            return new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateInvalid, "the client showed no certificate, and tls_client_auth requires one; give the client one, or state \"request\"")
            {
                Attribute = "tls_client_auth",
            };
        }

        // Before all else: whoever is denied is told nothing better of its certificate.
        if (offer.Clients.Denied is { } denied && TlsPins.HashOf(shown) is var hash && denied.Contains(hash))
        {
            return new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateUntrusted,
                $"the client's certificate is refused: the key of {CertificateText.Subject(shown)}, {hash}, is in tls_client_deny; give the client another key if it is to be let in")
            {
                Attribute = "tls_client_deny",
            };
        }

        // A client has no host name to be checked.
        return new CertificateJudge(new TlsTarget("", new TlsOptions(offer.Clients.TrustStore), default), offer.Anchors, now, CertificateParty.Client)
            .Judge(shown, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch);
    }

    private TransportFailure Failure(Exception error)
    {
        if (TlsErrors.Alert(error) is { } alert)
            return Failed($"the client ended the TLS handshake with an alert: {alert}", error) with { PeerText = alert };
        if (wire.FirstByte is >= 0 and not TlsHandshakeRecord)
            return Failed($"the client does not speak TLS (its first byte is 0x{wire.FirstByte:x2}); let it use TLS, or set sniff_protocol to take both", error) with { Attribute = "tls" };
        if (NetworkErrors.FindSocketError(error) is { } socket)
        {
            return NetworkErrors.IsReset(socket.SocketErrorCode)
                ? Failed($"the client or the network reset the connection during the TLS handshake ({socket.SocketErrorCode})", error) with { Code = SsCauseCode.ConnectionReset }
                : NetworkErrors.FromException(error, "in the TLS handshake") with { Phase = SsPhase.Tls };
        }

        return wire.PeerEnded
            ? Failed($"the client closed the connection during the TLS handshake{(wire.FirstByte < 0 ? ", without a byte of it" : "")}", error) with { Code = SsCauseCode.PeerClosed }
            : Failed($"the TLS handshake failed: {TlsErrors.Text(error)}", error);
    }

    private static TransportFailure Failed(string message, Exception error) => new(SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, message) { Error = error };
}
