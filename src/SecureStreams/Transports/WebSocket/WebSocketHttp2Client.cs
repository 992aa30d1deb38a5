using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Implementation;
using SecureStreams.Network;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>The client's side on a stream of a shared HTTP/2 connection: an extended CONNECT (RFC 8441), redirects if the policy follows them, then frames.</summary>
internal sealed partial class WebSocketHttp2Client : WebSocketConnection
{
    private readonly WebSocketTransportFactory _factory;
    private readonly MailboxEntry _entry;
    private HttpTarget? _target;
    private HttpRequestMessage? _request;
    private HttpResponseMessage? _answer;
    private HttpLane? _lane;
    private WebSocketHttp2Wire? _wire;
    private WebSocketDeflateParameters? _deflate;
    private long _asked;
    private int _hops;
    private bool _strange;
    private volatile bool _answered;

    public WebSocketHttp2Client(WebSocketTransportFactory factory, WebSocketPlan plan, TransportSetup setup)
        : base(factory.Links, setup, plan, WebSocketRole.Client)
    {
        _factory = factory;
        Plan = plan;
        _entry = new MailboxEntry(setup.Mailbox);
    }

    private WebSocketPlan Plan { get; }

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _target is { } target ? WebSocketTarget.Display(target) : null;

    /// <inheritdoc/>
    protected override string Opening => "for the answer to the extended CONNECT";

    /// <inheritdoc/>
    protected override DialProgress? ProgressOnMailbox => Volatile.Read(ref _lane)?.Dial ?? base.ProgressOnMailbox;

    private bool IsSecure => _target!.Uri.Scheme == Uri.UriSchemeHttps;

    /// <inheritdoc/>
    public override void PingOnMailbox()
    {
        _asked = Links.Time.GetTimestamp();
        base.PingOnMailbox();
    }

    /// <inheritdoc/>
    public override void AbortOnMailbox()
    {
        // The far end is taken for dead. The shared connection is only where it gave no sign of life either after the far end was asked for one.
        if (_wire is { } wire && _asked != 0 && wire.IsConnectionSilentSince(_asked))
            wire.AbandonConnection();
        base.AbortOnMailbox();
    }

    /// <inheritdoc/>
    protected override TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = null;
        if ((Plan.Http.Resolve(Setup.Metadata, out _target) ?? PrepareOnMailbox()) is { } failure)
            return failure;

        // For what is said of an attempt that does not get as far as a connection: who dials is the lane.
        var uri = _target!.Uri;
        target = new DialTarget { Host = HostNames.Of(uri), Port = uri.Port, UnixPath = _target.UnixPath };
        return null;
    }

    /// <inheritdoc/>
    protected override async ValueTask<LinkCarrier> OpenAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var answer = _answer = await SendAsync(cancellationToken).ConfigureAwait(false);
                var status = (int)answer.StatusCode;
                if (status == 200)
                    return Adopt(answer);
                if (!HttpNames.IsRedirect(status))
                    throw await RefusedAsync(answer, WebSocketRefusals.Of(status, Find(answer, "Retry-After"), Find(answer, "Date"), Links.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
                if (HttpRedirect.Resolve(Plan.Http, _target!.Uri, status, WebSocketTarget.AsHttp(Find(answer, "Location")), _hops, out var next) is { } refusal)
                    throw await RefusedAsync(answer, refusal, cancellationToken).ConfigureAwait(false);
                LetLaneGo(sound: false);
                using (await _entry)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (FollowOnMailbox(next!) is { } failure)
                        throw new TransportException(failure);
                }
            }
        }
        catch (Exception error) when (error is not OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The attempt was given up.", error, cancellationToken);
        }
        catch (Exception error) when (error is not TransportException && !cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(WebSocketHttp2Failures.NotOpened(error, IsSecure, Volatile.Read(ref _lane)) with { Endpoint = WebSocketTarget.Display(_target!) });
        }
        finally
        {
            if (_wire is null)
                LetLaneGo(sound: false);
        }
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        var answer = _answer!;
        _answer = null;
        new HttpAnswer(Plan.Http, Setup.Metadata, null).PublishAllOnMailbox(answer);
        UpgradedOnMailbox(_deflate, ReceivedIn(answer));
    }

    /// <inheritdoc/>
    protected override void EndedOnMailbox()
    {
        base.EndedOnMailbox();

        // It took too long: whatever follows is better not sent to a connection that may be dead.
        if (!_answered && !IsLetGo)
            Volatile.Read(ref _lane)?.Leave();
    }

    /// <inheritdoc/>
    protected override TransportFailure Refine(TransportFailure failure) =>
        _strange && failure.Attribute is ("endpoint" or "port") ? failure with { Attribute = null, Permanent = false } : failure;

    private string?[]? ReceivedIn(HttpResponseMessage answer)
    {
        if (Plan.Http.Headers.IsEmpty)
            return null;
        var values = new string?[Plan.Policy.Metadata.Length];
        foreach (var row in Plan.Http.Headers)
            values[row.Index] = Find(answer, row.Name);
        return values;
    }

    /// <summary>The request of the current hop.</summary>
    private TransportFailure? PrepareOnMailbox()
    {
        var message = new HttpRequestMessage(HttpMethod.Connect, _target!.Uri) { Version = Plan.Http.Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        _request = message;
        if (WebSocketRequest.Fill(Plan, Setup.Metadata, _factory.Blobs, message, _strange) is { } unsendable)
            return unsendable with { Endpoint = EndpointOnMailbox };
        if (WebSocketRequest.ForHttp2(Plan, message) is { } misplaced)
            return misplaced with { Endpoint = EndpointOnMailbox };
        if (Setup.Activity is { } activity)
            message.Options.Set(HttpLane.Attempt, activity);
        return null;
    }

    private TransportFailure? FollowOnMailbox(Uri next)
    {
        _hops++;
        _strange |= !_target!.IsSameOrigin(next);
        _target = Plan.Http.Follow(_target, next);
        _answered = false;
        return PrepareOnMailbox();
    }

    /// <summary>Sends the request on a connection that takes it. A shared one may turn out to take no more: <see cref="HttpLane.IsUsedUp"/>.</summary>
    private async Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        for (var resends = 0; ;)
        {
            var lane = _target!.Pool.Rent(IsSecure ? _request!.Headers.Host : null, Links.Time.GetTimestamp());
            Volatile.Write(ref _lane, lane);
            try
            {
                var answer = await lane.Invoker.SendAsync(_request!, cancellationToken).ConfigureAwait(false);
                _answered = true;
                return answer;
            }
            catch (Exception error) when (HttpLane.IsUsedUp(error))
            {
                if (lane.RefuseRequest() && ++resends > HttpDefaults.MaxResends)
                    throw new TransportException(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "The peer gave the request back unprocessed on every connection."));
                Volatile.Write(ref _lane, null);
                lane.Return(sound: false);
            }
        }
    }

    /// <summary>The peer agreed: checks that to what it was asked.</summary>
    private LinkCarrier Adopt(HttpResponseMessage answer)
    {
        var problem = WebSocketClientHandshake.JudgeSubprotocol(Find(answer, "Sec-WebSocket-Protocol"), Plan.Subprotocols, out _);
        if (problem is null && !WebSocketDeflateNegotiation.TryReadAnswer(Find(answer, "Sec-WebSocket-Extensions"), Plan.Deflate, out _deflate, out var extension))
            problem = $"misuses Sec-WebSocket-Extensions: {extension}";
        if (problem is not null)
            throw new TransportException(WebSocketFailures.BadAnswer(Plan, problem, (int)answer.StatusCode, HttpPeerText.StatusLine(answer, HttpSecrets.Of(Plan.Http, answer.RequestMessage))) with { Endpoint = WebSocketTarget.Display(_target!) });
        var lane = Volatile.Read(ref _lane)!;
        var wire = new WebSocketHttp2Wire(lane, answer, Links.Time, WebSocketTarget.Display(_target!));
        _wire = wire;
        return new LinkCarrier(wire, wire) { Summary = lane.Summary, Facts = lane.Facts, WaitsEmpty = true, Report = Plan.Http.Dial.ReportsPerformance ? lane.TakeReport() : null };
    }

    /// <summary>The exchange is over without a connection of it.</summary>
    private void LetLaneGo(bool sound)
    {
        _answer?.Dispose();
        _answer = null;
        if (Interlocked.Exchange(ref _lane, null) is { } lane)
            lane.Return(sound);
    }

    private static string? Find(HttpResponseMessage answer, string name) => HttpResponseValues.Find(answer.Headers, name) ?? HttpResponseValues.Find(answer.Content.Headers, name);
}
