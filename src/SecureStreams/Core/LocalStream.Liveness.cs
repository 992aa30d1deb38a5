using SecureStreams.Policy;
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

    private RetryPolicy? RetryOfBounds(StreamTransport transport) => KeepsBounds(transport) ? _policy.Retry : _live.Retry;

    // The platform asks on a connection of HTTP/2 as often as the policy said under which a request began.
    private static bool KeepsBounds(StreamTransport transport) => transport is { IsTransactional: true, CanPing: true };

    private void WatchLivenessOnMailbox()
    {
        if (_transport is not { } transport || Liveness.Of(RetryOfBounds(transport), transport.CanPing) is not { } bound)
            return;
        if (!_livenessRuns || _livenessDue > bound.First)
            ArmLiveness(bound.First);
    }

    /// <summary>What was not read while reception rested could not be heard.</summary>
    private void SilenceBeginsOnMailbox() => _silenceFrom = _runtime.Platform.Time.GetTimestamp();

    /// <summary>When the peer was heard, as far as it could be; null where it cannot be now.</summary>
    private long? HeardOnMailbox(StreamTransport transport)
    {
        // First this: a connection that is read again tells since when before it tells that it is.
        var hears = transport.HearsWhilePaused;
        if (transport.LastHeardOnMailbox is not { } heard || (_receivePaused && !hears))
            return null;
        return Math.Max(heard, hears ? _excusedFrom : Math.Max(_silenceFrom, _excusedFrom));
    }

    /// <summary>
    /// The policy may have other bounds from now on. A silence that was in order until now is not too long because of that: the peer is asked at once, and has as long to answer as the new bounds
    /// leave for it; one that cannot be asked has the whole new bound.
    /// </summary>
    /// <param name="transport">The connection.</param>
    /// <param name="since">The scheme whose bounds held until now.</param>
    private void BoundsChangedOnMailbox(StreamTransport transport, RetryPolicy? since)
    {
        if (KeepsBounds(transport))
            return;
        var time = _runtime.Platform.Time;
        var now = time.GetTimestamp();
        var bounds = Liveness.Of(_live.Retry, transport.CanPing);

        // Only where they are others: a change of back-off, again and again, must not keep a dead peer.
        if (bounds is { } bound && bounds != Liveness.Of(since, transport.CanPing) && HeardOnMailbox(transport) is { } heard && time.GetElapsedTime(heard, now) > bound.First)
            _excusedFrom = bound.Ping is { } ping ? now - (long)Math.Ceiling(ping.TotalSeconds * time.TimestampFrequency) : now;

        // A look now finds out what is due by them.
        _livenessRuns = true;
        CheckLivenessOnMailbox();
    }

    private void CheckLivenessOnMailbox()
    {
        if (!_livenessRuns)
            return;
        _livenessRuns = false;
        if (_transport is not { } transport || Liveness.Of(RetryOfBounds(transport), transport.CanPing) is not { } bound)
            return;

        if (HeardOnMailbox(transport) is not { } heard)
        {
            _probedAt = null;
            ArmLiveness(bound.First);
            return;
        }

        var silence = _runtime.Platform.Time.GetElapsedTime(heard);
        if (silence >= bound.Hangup)
        {
            var failure = Failures.PeerUnresponsive(bound, asked: _askedAfter == heard, Liveness.StatedBy(RetryOfBounds(transport)), transport.EndpointOnMailbox);
            transport.AbortOnMailbox();
            EndWithOnMailbox(failure);
            return;
        }

        var owed = ProbeLeftOnMailbox(bound, heard);
        if (owed == TimeSpan.Zero)
        {
            _probedAt = null;
            var failure = Failures.NetworkChanged(bound, Liveness.StatedBy(RetryOfBounds(transport)), transport.EndpointOnMailbox);
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
        if (GoesOnElsewhereOnMailbox(failure))
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
