namespace SecureStreams.Transports.Http;

/// <summary>The connection of the exchange.</summary>
internal sealed partial class HttpTransport
{
    private HttpLane? _lane;

    /// <summary>The connection of the exchange, or the one that it waits for; null when it has none.</summary>
    public HttpLane? Lane => Volatile.Read(ref _lane);

    /// <inheritdoc/>
    public override SsConnection? Connection => Lane?.Summary;

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _target?.Display;

    /// <inheritdoc/>
    public override long? LastHeardOnMailbox
    {
        get
        {
            if (Lane is not { IsReady: true, Wire: { } wire } lane)
                return null;

            // A peer that waited in the pool was silent with good reason, so its silence begins with the request.
            var heard = Math.Max(wire.LastHeard, Math.Max(lane.ReadySince, _headSince));
            if (_plan.IsHttp2)
                return heard;

            // It cannot be asked, and while it takes a body it has nothing to say: its taking counts. While the body waits for the application nothing can.
            return _body is { IsWaiting: true } ? _factory.Time.GetTimestamp() : Math.Max(heard, Volatile.Read(ref _since));
        }
    }

    /// <inheritdoc/>
    public override bool CanPing => _plan.IsHttp2;

    /// <inheritdoc/>
    /// <remarks>The platform asks while the peer has something to say: when all of an answer has arrived, and rests here, it does not any more.</remarks>
    public override bool HearsWhilePaused => _plan.IsHttp2 && _step == Step.Head;

    /// <inheritdoc/>
    public override void PingOnMailbox()
    {
        // The platform does, in the same rhythm (HttpPlan.PingAfter); it cannot be asked to.
    }

    /// <inheritdoc/>
    public override void AbortOnMailbox()
    {
        Lane?.Abandon();
        CloseOnMailbox();
    }

    /// <summary>Sends the request of a later hop.</summary>
    private async Task<HttpResponseMessage> SendAsync()
    {
        var request = _request!;
        _request = null;
        try
        {
            return await SendOnceAsync(request, _headSince).ConfigureAwait(false);
        }
        catch (Exception error) when (_plan.IsHttp2 && Lane?.MaySendAgain(request, error) == true)
        {
            return await ResendAsync(request).ConfigureAwait(false);
        }
    }

    /// <summary>Sends on a connection that takes requests. A shared one may turn out to take no more: <see cref="HttpLane.IsUsedUp"/>.</summary>
    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, long now)
    {
        var lane = _target!.Pool.Rent(_target.Uri.Scheme == Uri.UriSchemeHttps ? request.Headers.Host : null, now);
        Volatile.Write(ref _lane, lane);
        return lane.Invoker.SendAsync(request, _watch!.Token);
    }

    /// <summary>Sends on the next shared connection, since the one that it has takes no more, or gave the request back unprocessed.</summary>
    private async Task<HttpResponseMessage> ResendAsync(HttpRequestMessage request)
    {
        for (var resends = 0; ;)
        {
            // One that is merely full costs no more than another look; one that turns requests away may be followed by others that do.
            if (Lane is { } lane && lane.RefuseRequest() && ++resends > HttpDefaults.MaxResends)
                throw new TransportException(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "The peer gave the request back unprocessed on every connection."));
            ReturnLane(sound: false);
            try
            {
                return await SendOnceAsync(request, _factory.Time.GetTimestamp()).ConfigureAwait(false);
            }
            catch (Exception error) when (HttpLane.IsUsedUp(error))
            {
                // And once more.
            }
        }
    }

    /// <summary>Gives the connection back after its answer was read past. One that was not read to its end has been closed, which its lane knows.</summary>
    private void ReturnDrainedLane() => ReturnLane(sound: _body is null || _body.IsDone);

    /// <summary>Gives the connection back.</summary>
    /// <param name="sound">Whether the exchange on it ended in full.</param>
    private void ReturnLane(bool sound)
    {
        if (_lane is not null && Interlocked.Exchange(ref _lane, null) is { } lane)
            lane.Return(sound);
    }
}
