using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Integration.Http;

/// <summary>What goes on the wire in one attempt, the connection that carries it, and the bound on waiting for that.</summary>
internal sealed class AttemptMessage : HttpRequestMessage
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly StreamTypePolicy _policy;

    // Not disposed: a timer that is firing may still cancel it, and it holds nothing.
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private HttpLane? _lane;
    private bool _timedOut;

    /// <param name="hop">How and where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="policy">Says how long making a connection may take.</param>
    /// <param name="cancellationToken">Ends the attempt too.</param>
    public AttemptMessage(RequestHop hop, TimeProvider time, StreamTypePolicy policy, CancellationToken cancellationToken)
        : base(hop.Method, hop.Address)
    {
        _time = time;
        _policy = policy;
        _registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancellation);
    }

    /// <summary>Whether the bound ended it; nothing of the request was sent then.</summary>
    public bool HasTimedOut => Volatile.Read(ref _timedOut);

    /// <summary>The failure that this is.</summary>
    public TransportFailure TimedOut
    {
        get
        {
            var attribute = _policy.Find("connect_timeout_ms") is null ? "endpoint" : "connect_timeout_ms";
            var progress = Volatile.Read(ref _lane)?.Dial ?? new DialProgress(new DialTarget { Host = RequestUri!.Host, Port = RequestUri.Port });
            return progress.TimedOut(_policy.ConnectTimeout, attribute);
        }
    }

    /// <summary>What <paramref name="failure"/> of it means, from what its connection knows of the handshake.</summary>
    public TransportFailure Explain(TransportFailure failure) => Volatile.Read(ref _lane)?.Tls?.Explain(failure) ?? failure;

    /// <summary>Sends it over a lane of <paramref name="pool"/>; over the next one where a shared connection takes no more, or gave the request back unprocessed.</summary>
    /// <param name="pool">Whose connections carry it.</param>
    /// <param name="plan">The policy.</param>
    /// <returns>The response, whose content holds the lane until it is read to its end or disposed.</returns>
    public async Task<HttpResponseMessage> SendAsync(HttpPool pool, HttpPlan plan)
    {
        _timer = _time.CreateDetachedTimer(static message => ((AttemptMessage)message!).Fired(), this, _policy.ConnectTimeout);
        for (var resends = 0; ;)
        {
            var lane = pool.Rent(RequestUri!.Scheme == Uri.UriSchemeHttps ? Headers.Host : null, pool.Pools.Time.GetTimestamp());
            Volatile.Write(ref _lane, lane);
            var since = _time.GetTimestamp();
            try
            {
                var response = await lane.Invoker.SendAsync(this, _cancellation.Token).ConfigureAwait(false);
                response.Content = new LaneContent(response, lane, LengthOf(response)) { Bound = plan.MaxBodyBytes > 0 ? plan : null };
                return response;
            }
            catch (Exception error) when (HttpLane.IsUsedUp(error) || (resends == 0 && lane.MaySendAgain(this, error)))
            {
                // One that is merely full costs no more than another look; one that turns requests away may be followed by others that do.
                var turnedAway = lane.RefuseRequest();
                lane.Return(sound: false);
                if (turnedAway && ++resends > HttpDefaults.MaxResends)
                    throw new TransportException(new TransportFailure(SsPhase.Peer, SsCauseCode.PeerBusy, "The peer gave the request back unprocessed on every connection."));
            }
            catch (Exception error)
            {
                // Given up after a wait in which an answer was due: as with streams, new requests do not go to a peer that may have been gone for long.
                if (error is OperationCanceledException && _time.GetElapsedTime(Math.Max(since, lane.ReadySince)) >= HttpDefaults.ResponseTimeout)
                    lane.Leave();
                lane.Return(sound: false);
                throw;
            }
        }
    }

    /// <summary>The attempt is over. Instead of disposing: a body that HTTP/2 still sends while its answer is read already must not be disturbed.</summary>
    public void End()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
        }

        _registration.Dispose();
    }

    private long LengthOf(HttpResponseMessage response)
    {
        try
        {
            return HttpResponseValues.AnnouncedLength(Method, response);
        }
        catch (TransportException)
        {
            response.Dispose();
            throw;
        }
    }

    private void Fired()
    {
        lock (_lock)
        {
            if (_timer is null || Volatile.Read(ref _lane) is { IsReady: true })
                return;
            _timedOut = true;
        }

        _cancellation.Cancel();
    }
}
