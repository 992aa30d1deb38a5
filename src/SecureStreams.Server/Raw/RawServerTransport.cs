using System.Globalization;
using SecureStreams.Network;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Raw;

namespace SecureStreams.Server.Raw;

/// <summary>A raw connection that was accepted: what it is dialed to is there already, and only TLS may still have to come about.</summary>
internal sealed class RawServerTransport : RawTransport
{
    private readonly AcceptedSocket _accepted;
    private readonly ServerTlsHosts? _tls;
    private readonly SecuredConnection? _secured;
    private readonly ListenPlan _plan;
    private volatile bool _sniffed;

    /// <param name="links">What connections share.</param>
    /// <param name="setup">The stream's.</param>
    /// <param name="accepted">The connection; owned from now on.</param>
    /// <param name="tls">The listener's TLS; null for plaintext.</param>
    /// <param name="secured">The TLS that is there already; null for none.</param>
    public RawServerTransport(LinkContext links, TransportSetup setup, AcceptedSocket accepted, ServerTlsHosts? tls, SecuredConnection? secured)
        : base(links, setup)
    {
        _accepted = accepted;
        _tls = tls;
        _secured = secured;
        _plan = ListenPlan.Of(setup.Policy);
    }

    /// <inheritdoc/>
    protected override TimeSpan? AttemptBound => _plan.UnauthenticatedTimeout;

    /// <inheritdoc/>
    protected override TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = _accepted.From(wantsFacts: !plan.Dial.Facts.IsEmpty);
        return null;
    }

    /// <inheritdoc/>
    protected override async ValueTask<LinkCarrier> OpenAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        var wire = _accepted.Wire;
        var secured = _secured?.Stream;
        progress.Begin(Links.Time);
        if (_tls is not null && secured is null)
        {
            progress.Phase = SsPhase.Tls;
            if (!_plan.Sniffs || await BeginsTlsAsync(cancellationToken).ConfigureAwait(false))
                secured = (await _tls.AuthenticateAsync(wire, [], cancellationToken).ConfigureAwait(false)).Stream;
            else if (_tls.Of("").Clients.Requires)
                throw new TransportException(NotKnown());
        }

        return new LinkCarrier(secured ?? (Stream)wire, wire)
        {
            Facts = target.WantsFacts ? ConnectionFacts.Of(wire, secured) : null,
            Summary = new SsConnection
            {
                Time = Links.Time.GetUtcNow(),
                Endpoint = EndPointText.Of(_accepted.ListensOn),
                Address = _accepted.PeerText,
                LocalAddress = _accepted.Peer is null ? null : EndPointText.Of(_accepted.ListensOn),
                TlsTime = progress.Timings.Tls,
            },
        };
    }

    /// <inheritdoc/>
    protected override TransportFailure AttemptTimedOutOnMailbox() => new(SsPhase.Timeout, SsCauseCode.ConnectTimeout,
        string.Create(CultureInfo.InvariantCulture, $"the client did not finish its TLS handshake within {_plan.UnauthenticatedTimeout.TotalSeconds:0.###} s")
            + (_accepted.Wire.FirstByte < 0 && !_sniffed ? ", and sent nothing; if it speaks plainly and waits for the server to begin, it needs a streamtype without tls" : ""))
    {
        Attribute = "unauthenticated_timeout_ms",
    };

    /// <inheritdoc/>
    protected override void EndedOnMailbox() => _accepted.Dispose();

    private static TransportFailure NotKnown() =>
        new(SsPhase.Tls, SsCauseCode.CertificateInvalid, "the client came in the clear, and tls_client_auth requires a certificate; let it use TLS, or state \"request\"") { Attribute = "tls_client_auth" };

    private async ValueTask<bool> BeginsTlsAsync(CancellationToken cancellationToken)
    {
        var begins = await _accepted.BeginsTlsAsync(cancellationToken).ConfigureAwait(false);
        _sniffed = true;
        return begins;
    }
}
