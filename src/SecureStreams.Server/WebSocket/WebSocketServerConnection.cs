using System.Globalization;
using Microsoft.AspNetCore.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Network;
using SecureStreams.Server.Http;
using SecureStreams.Server.Listening;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Server.WebSocket;

/// <summary>A WebSocket connection in the role of a server, on a request that was agreed to: what it is dialed to is there already, and only has to be answered.</summary>
internal sealed class WebSocketServerConnection : WebSocketConnection
{
    private readonly HttpExchange _exchange;
    private WebSocketAgreement? _agreement;
    private readonly ListenPlan _plan;
    private string?[]? _received;

    /// <param name="links">What connections share.</param>
    /// <param name="setup">The stream's.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="agreement">How it is agreed to.</param>
    /// <param name="received">What the request said that is for metadata.</param>
    public WebSocketServerConnection(LinkContext links, TransportSetup setup, HttpExchange exchange, WebSocketAgreement agreement, string?[] received)
        : base(links, setup, agreement.Rules, WebSocketRole.Server)
    {
        _exchange = exchange;
        _agreement = agreement;
        _received = received;
        _plan = ListenPlan.Of(setup.Policy);
    }

    /// <inheritdoc/>
    protected override TimeSpan? AttemptBound => _plan.UnauthenticatedTimeout;

    /// <inheritdoc/>
    /// <remarks>What the request said is what the connection is about.</remarks>
    protected override bool BeginsAnew => false;

    /// <inheritdoc/>
    protected override bool EndsFirstOnMailbox => PeerClosed && !_exchange.IsHttp2;

    /// <inheritdoc/>
    protected override TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = _exchange.Connection?.Socket.From(wantsFacts: false) ?? _exchange.Mapped?.Target ?? new DialTarget { Host = "", Port = 0 };
        return null;
    }

    /// <inheritdoc/>
    protected override async ValueTask<LinkCarrier> OpenAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        progress.Begin(Links.Time);
        progress.Phase = SsPhase.Protocol;
        Stream stream;
        try
        {
            HttpAnswerHead.WriteUpgrade(HttpServerPlan.Of(Setup.Policy), Setup.Metadata, _exchange, _agreement!.Fields);
            stream = await _exchange.UpgradeAsync().ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // The application has set what no header can be. It is told why; the client is answered when all is over.
            _exchange.Response.Headers.Clear();
            _exchange.Response.StatusCode = StatusCodes.Status500InternalServerError;
            throw;
        }
        catch (Exception error)
        {
            throw new TransportException(HttpUpgradeWire.Explain(error));
        }

        var wire = new HttpUpgradeWire(stream, _exchange, Links.Time);
        return new LinkCarrier(wire, wire) { Facts = HttpServerPlan.Of(Setup.Policy).Facts.IsEmpty ? null : _exchange.Facts, WaitsEmpty = true };
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        var (agreement, received) = (_agreement!, _received);
        (_agreement, _received) = (null, null);
        UpgradedOnMailbox(agreement.Deflate, received);
    }

    /// <inheritdoc/>
    protected override TransportFailure AttemptTimedOutOnMailbox() => new(SsPhase.Timeout, SsCauseCode.ConnectTimeout,
        string.Create(CultureInfo.InvariantCulture, $"the client did not take the answer to its upgrade within {_plan.UnauthenticatedTimeout.TotalSeconds:0.###} s"))
    {
        Attribute = "unauthenticated_timeout_ms",
    };
}
