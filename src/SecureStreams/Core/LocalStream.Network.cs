using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>
/// What a stream does when this machine's network has changed: a connection that stands may lead nowhere by now, so its peer is asked at once; an attempt that was put off may succeed by now, so it is made at once.
/// </summary>
internal sealed partial class LocalStream
{
    // When the peer was asked because of a change; null when nothing is owed.
    private long? _probedAt;

    // The peer asked this side to stay away: another network changes nothing about that.
    private bool _mayHurry;

    /// <summary>This machine's network has changed. From any thread.</summary>
    internal void TellNetworkChanged() => _mailbox.Post(this, (long)StreamCommand.NetworkChanged);

    private void NetworkChangedOnMailbox()
    {
        ProbeOnMailbox();
        if (_transport is not null || _awaitsAdmission || !_mayHurry || _cycle is not { } cycle)
            return;

        // It is made in place of the one that would have come later, and costs none of those that the policy allows: a network that changes often must not end a stream.
        var failures = _failures;
        _failures = Math.Max(0, failures - 1);
        if (!cycle.HurryOnMailbox())
            _failures = failures;
        else
            CoreLog.NetworkFollowed(_runtime.Logger, StreamType, Id, "tries to connect at once");
    }

    /// <summary>Asks the peer of a connection that lasts for a sign of life; it has as long for that as the policy's bounds leave between asking and hanging up.</summary>
    private void ProbeOnMailbox()
    {
        // What cannot ask, or could not hear the answer, is judged by its bound as ever.
        if (!_connected || _transport is not { IsTransactional: false, CanPing: true } transport)
            return;
        if (Liveness.Of(_live.Retry, canPing: true) is not { Ping: not null } || HeardOnMailbox(transport) is not { } heard || !_livenessRuns)
            return;
        CoreLog.NetworkFollowed(_runtime.Logger, StreamType, Id, "asks its peer for a sign of life");
        _probedAt = _runtime.Platform.Time.GetTimestamp();
        _askedAfter = heard;
        transport.PingOnMailbox();
        CheckLivenessOnMailbox();
    }

    /// <summary>How long the answer to a probe may still take; zero when that is over, null when none is owed.</summary>
    private TimeSpan? ProbeLeftOnMailbox(Liveness bound, long heard)
    {
        if (_probedAt is not { } probed || bound.Ping is not { } ping)
            return null;
        if (heard != _askedAfter)
        {
            _probedAt = null;
            return null;
        }

        var left = bound.Hangup - ping - _runtime.Platform.Time.GetElapsedTime(probed);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
