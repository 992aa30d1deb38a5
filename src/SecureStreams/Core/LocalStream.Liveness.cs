using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// The dead-peer bound. One timer for the stream, started with the first connection that has a bound: when it fires, what the transport has heard by then decides what is
/// due and when to look again, so neither payload nor transactions ever touch it. Without a connection it stops.
/// </summary>
internal sealed partial class LocalStream
{
    private ITimer? _livenessTimer;
    private bool _livenessRuns;
    private TimeSpan _livenessDue;
    private long? _askedAfter;
    private long _silenceFrom;
    private long _excusedFrom;

    private void WatchLivenessOnMailbox()
    {
        if (_transport is not { } transport || Liveness.Of(_live.Retry, transport.CanPing) is not { } bound)
            return;
        if (!_livenessRuns || _livenessDue > bound.First)
            ArmLiveness(bound.First);
    }

    /// <summary>What was not read while reception rested could not be heard.</summary>
    private void SilenceBeginsOnMailbox() => _silenceFrom = _runtime.Platform.Time.GetTimestamp();

    private long? HeardOnMailbox(StreamTransport transport) =>
        transport.LastHeardOnMailbox is { } heard ? Math.Max(heard, transport.HearsWhilePaused ? _excusedFrom : Math.Max(_silenceFrom, _excusedFrom)) : null;

    /// <summary>The policy has other bounds from now on. A silence that was in order until now is not too long because of that: the peer is asked, and has the new bound from now on.</summary>
    private void BoundsChangedOnMailbox(StreamTransport transport)
    {
        var now = _runtime.Platform.Time.GetTimestamp();
        if (Liveness.Of(_live.Retry, transport.CanPing) is { } bound && HeardOnMailbox(transport) is { } heard && _runtime.Platform.Time.GetElapsedTime(heard, now) >= bound.Hangup)
        {
            _excusedFrom = now;
            if (bound.Ping is not null)
                transport.PingOnMailbox();
        }

        // A look now finds out what is due by them.
        _livenessRuns = true;
        CheckLivenessOnMailbox();
    }

    private void CheckLivenessOnMailbox()
    {
        if (!_livenessRuns)
            return;
        _livenessRuns = false;
        if (_transport is not { } transport || Liveness.Of(_live.Retry, transport.CanPing) is not { } bound)
            return;

        if (HeardOnMailbox(transport) is not { } heard || (_receivePaused && !transport.HearsWhilePaused))
        {
            _probedAt = null;
            ArmLiveness(bound.First);
            return;
        }

        var silence = _runtime.Platform.Time.GetElapsedTime(heard);
        if (silence >= bound.Hangup)
        {
            var failure = Failures.PeerUnresponsive(bound, asked: _askedAfter == heard, Liveness.StatedBy(_live.Retry), transport.EndpointOnMailbox);
            transport.AbortOnMailbox();
            EndWithOnMailbox(failure);
            return;
        }

        var owed = ProbeLeftOnMailbox(bound, heard);
        if (owed == TimeSpan.Zero)
        {
            _probedAt = null;
            var failure = Failures.NetworkChanged(bound, Liveness.StatedBy(_live.Retry), transport.EndpointOnMailbox);
            transport.AbortOnMailbox();
            EndWithOnMailbox(failure);
            return;
        }

        var next = bound.Hangup - silence;
        if (bound.Ping is { } ping)
        {
            if (silence < ping)
            {
                next = ping - silence;
            }
            else if (_askedAfter != heard)
            {
                _askedAfter = heard;
                transport.PingOnMailbox();

                // Its answer begins a silence of its own, which may be due to be asked about long before this one ends.
                next = ping < next ? ping : next;
            }
        }

        ArmLiveness(owed < next ? owed.Value : next);
    }

    /// <summary>The stream ends its connection or attempt because of <paramref name="failure"/>; policy decides what follows.</summary>
    private void EndWithOnMailbox(TransportFailure failure)
    {
        if (GoesOnElsewhereOnMailbox())
            return;
        if (_connected)
        {
            ConnectionEndedOnMailbox(failure, stayIdle: false);
            return;
        }

        LetTransportGoOnMailbox();
        AttemptFailedOnMailbox(failure);
    }

    private void ArmLiveness(TimeSpan due)
    {
        // Timers count whole milliseconds and cut off the rest: a moment early would only mean another look.
        due = TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));
        _livenessRuns = true;
        _livenessDue = due;
        if (_livenessTimer is null)
            _livenessTimer = _runtime.Platform.Time.CreateDetachedTimer(static state => ((LocalStream)state!).LivenessFired(), this, due);
        else
            _livenessTimer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void LivenessFired() => _mailbox.Post(this, (long)StreamCommand.CheckLiveness);

    private void StopLiveness()
    {
        _livenessRuns = false;
        _probedAt = null;
        _livenessTimer?.Dispose();
        _livenessTimer = null;
    }
}
