using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
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
    private const byte TlsHandshakeRecord = 0x16;

    private readonly AcceptedSocket _accepted;
    private readonly ServerTls? _tls;
    private readonly ListenPlan _plan;
    private volatile bool _sniffed;

    /// <param name="links">What connections share.</param>
    /// <param name="setup">The stream's.</param>
    /// <param name="accepted">The connection; owned from now on.</param>
    /// <param name="tls">The listener's TLS; null for plaintext.</param>
    public RawServerTransport(LinkContext links, TransportSetup setup, AcceptedSocket accepted, ServerTls? tls)
        : base(links, setup)
    {
        _accepted = accepted;
        _tls = tls;
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
        SslStream? secured = null;
        progress.Begin(Links.Time);
        if (_tls is not null)
        {
            progress.Phase = SsPhase.Tls;
            if (!_plan.Sniffs || await BeginsTlsAsync(cancellationToken).ConfigureAwait(false))
                secured = await _tls.AuthenticateAsync(wire, Setup.Policy, [], cancellationToken).ConfigureAwait(false);
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

    /// <summary>Looks at the first byte and leaves it where it is.</summary>
    private async ValueTask<bool> BeginsTlsAsync(CancellationToken cancellationToken)
    {
        var first = new byte[1];
        try
        {
            // None is no TLS: the connection ends before it began, which is told in the usual way.
            var count = await _accepted.Socket.ReceiveAsync(first.AsMemory(), SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
            _sniffed = true;
            return count > 0 && first[0] == TlsHandshakeRecord;
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }
}
