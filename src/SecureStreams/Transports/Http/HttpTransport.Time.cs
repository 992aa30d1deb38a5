using SecureStreams.Implementation;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

/// <remarks>
/// One timer, and it never waits longer than the shortest bound: when it fires, what stands then decides whether a bound has run out or when to look again. Whatever
/// begins meanwhile cannot run out before the next look.
/// </remarks>
internal sealed partial class HttpTransport : IMailboxWork
{
    private Step _step;
    private long _since;
    private long _headSince;
    private bool _bare;

    private TimeSpan ConnectTimeout => _setup.ConnectTimeout;

    private enum Step : byte
    {
        Head,
        Body,
        Drain,
    }

    /// <summary>The peer took part of the body, or all of it; or it is offered more after the body waited for the application.</summary>
    public void BodyProgress() => Touch();

    /// <summary>From the timer's thread.</summary>
    public void TimerFired() => _setup.Mailbox.Post(this);

    void IMailboxWork.RunOnMailbox(long argument)
    {
        if (_closed || _stopped || _watch is not { } watch)
            return;

        var (left, failure) = LeftOnMailbox();
        if (left > TimeSpan.Zero)
            watch.Arm(_factory.Time.GetTimestamp(), left < HttpDefaults.ResponseTimeout ? left : HttpDefaults.ResponseTimeout);
        else if (failure is null)
            watch.Cancel(); // A drain that takes too long: the connection goes, the transaction goes on.
        else
            GiveUpOnMailbox(failure);
    }

    private void GiveUpOnMailbox(TransportFailure failure)
    {
        // Unlike a connection of HTTP/1.1 a shared one does not go with its request: every attempt that follows would be sent to a peer that may have been gone for long.
        if (Volatile.Read(ref _lane) is { } lane)
            lane.Leave();
        StopOnMailbox(failure);
    }

    /// <summary>How long until a bound runs out, and which.</summary>
    private (TimeSpan Left, TransportFailure? Failure) LeftOnMailbox()
    {
        var look = HttpDefaults.ResponseTimeout;
        switch (_step)
        {
            case Step.Drain:
                return (HttpDefaults.DrainTimeout - Elapsed(_since), null);

            case Step.Body:
                if (_paused || _plan.Policy.LongPoll || _body is { IsWaiting: true })
                    return (look, null);
                return (HttpDefaults.InactivityTimeout - Elapsed(_since), Inactive("of the response"));

            default:
                if (Volatile.Read(ref _lane) is not { IsReady: true } lane)
                    return (ConnectTimeout - Elapsed(_headSince), NoConnection());
                if (_plan.Policy.LongPoll || _body is { IsWaiting: true })
                    return (look, null);
                if (_body is { IsFlushing: true })
                    return (HttpDefaults.InactivityTimeout - Elapsed(SentSince(lane)), Inactive("of the request was taken"));
                return (HttpDefaults.ResponseTimeout - Elapsed(SentSince(lane)), new TransportFailure(
                    SsPhase.Timeout, SsCauseCode.ResponseTimeout, $"No response within {HttpDefaults.ResponseTimeout.TotalSeconds:0} s after the request; \"long_poll\": true waits for ever."));
        }
    }

    private static TransportFailure Inactive(string what) => new(
        SsPhase.Timeout, SsCauseCode.InactivityTimeout, $"No byte {what} for {HttpDefaults.InactivityTimeout.TotalSeconds:0} s; \"long_poll\": true waits for ever.");

    /// <summary>From when the peer's time counts: not before there was a connection.</summary>
    private long SentSince(HttpLane lane) => Math.Max(Volatile.Read(ref _since), lane.ReadySince);

    private TransportFailure NoConnection()
    {
        var uri = _target!.Uri;
        var progress = Volatile.Read(ref _lane)?.Dial ?? new DialProgress(new DialTarget { Host = HostNames.Of(uri), Port = uri.Port, UnixPath = _target.UnixPath });
        var failure = progress.TimedOut(ConnectTimeout, _plan.Policy.Find("connect_timeout_ms") is null ? "endpoint" : "connect_timeout_ms");
        return _strange && failure.Attribute == "endpoint" ? failure with { Attribute = null } : failure;
    }

    private TimeSpan Elapsed(long since) => _factory.Time.GetElapsedTime(since);

    private void Touch() => Volatile.Write(ref _since, _factory.Time.GetTimestamp());

    /// <summary>Something of the response came just now: the clock was read when its connection was last heard.</summary>
    private void Heard()
    {
        if (Lane is { Wire: { } wire })
            Volatile.Write(ref _since, Math.Max(_since, wire.LastHeard));
        else
            Touch();
    }

    private void BeginHead()
    {
        _step = Step.Head;
        Touch();
        _headSince = _since;
        _watch!.Arm(_since, ConnectTimeout < HttpDefaults.ResponseTimeout ? ConnectTimeout : HttpDefaults.ResponseTimeout);
    }

    private void BeginBody()
    {
        _step = Step.Body;

        Heard();
    }

    private void BeginDrain()
    {
        _step = Step.Drain;
        Touch();
        _watch!.Arm(_since, HttpDefaults.DrainTimeout);
    }

    /// <summary>A watch that a drain has used up cannot serve the next hop.</summary>
    private void RenewWatchOnMailbox()
    {
        if (!_watch!.Token.IsCancellationRequested)
            return;
        _factory.ReturnWatch(_watch, reusable: false);
        _watch = _factory.RentWatch(this);
    }
}
