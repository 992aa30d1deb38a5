using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>
/// PINGREQ when nothing was sent for the keep-alive (section 3.1.2.10), or nothing was heard for it; and the end when nothing is heard after it for the keep-alive or <c>svalidping</c>, whichever is shorter. One timer, which
/// looks at what was sent and heard by then: packets never touch it.
/// </remarks>
internal sealed partial class MqttLink
{
    private TimeSpan _keepAlive;
    private ITimer? _keepAliveTimer;
    private KeepAliveWork? _keepAliveWork;
    private long _lastSent;
    private long _asked;
    private long _rested;
    private bool _isAsked;
    private bool _isAskedByPayload;

    /// <summary>When the broker was last heard; time during which nothing was read does not count. Null once it is over, and before it can be used. From any thread.</summary>
    public long? HeardAt => LastHeardOnMailbox is { } heard ? Math.Max(heard, Volatile.Read(ref _rested)) : null;

    /// <summary>Asks the broker for a sign of life, unless it has been asked and not answered.</summary>
    public void AskOnMailbox()
    {
        if (!IsUp || _isAsked || _body is not null)
            return;
        PingOnMailboxNow();
        ArmKeepAlive();
    }

    /// <summary>Reading rests, or goes on.</summary>
    public void RestOnMailbox(bool rests)
    {
        if (!rests)
            Volatile.Write(ref _rested, Links.Time.GetTimestamp());
        PauseReceiveOnMailbox(rests);
    }

    private void StartKeepAlive()
    {
        _keepAliveWork = new KeepAliveWork(this);
        ArmKeepAlive();
    }

    private void StopKeepAlive()
    {
        _keepAliveTimer?.Dispose();
        _keepAliveTimer = null;
    }

    private void AnsweredOnMailbox() => _isAsked = _isAskedByPayload = false;

    private void PingOnMailboxNow()
    {
        MqttPacketWriter.TryWritePingRequest(Output.GetSpan(MqttPacketWriter.EmptyPacketBytes), out var written);
        Put(written);
        _isAsked = true;
        _asked = _lastSent;
        FlushOnMailbox();
    }

    private void LookOnMailbox()
    {
        // Once its end has begun it has a reason.
        if (!IsUp || HeardAt is null)
            return;
        var time = Links.Time;
        if (_isAskedByPayload && _lastSent > _asked)
            AnsweredOnMailbox();
        if (_isAsked && Bound() is { } bound)
        {
            // Whatever was heard since is a sign of life too; while nothing is read nothing can be heard.
            if (!_owner.IsResting && time.GetElapsedTime(HeardSince(_asked)) >= bound.Time)
            {
                EndOnMailbox(MqttFailures.Unresponsive(bound.Time, bound.Attribute, Endpoint));
                return;
            }
        }

        // The payload of a message that is under way is a sign of life to the broker as well, and nothing else can be sent. Where it does not move on, it has asked: who takes it is alive.
        if (_keepAlive > TimeSpan.Zero && time.GetElapsedTime(QuietSince()) >= _keepAlive)
        {
            if (_body is null)
                PingOnMailboxNow();
            else if (!_isAsked && time.GetElapsedTime(_lastSent) >= _keepAlive)
                (_isAsked, _isAskedByPayload, _asked) = (true, true, time.GetTimestamp());
        }

        if (!_ended)
            ArmKeepAlive();
    }

    /// <summary>
    /// Since when one of both sides has said nothing. Sending alone proves nothing of the broker, so it is asked as well when it was not heard, once; while nothing is read, it cannot be.
    /// </summary>
    private long QuietSince() => _isAsked || _owner.IsResting ? _lastSent : Math.Min(_lastSent, HeardSince(_upSince));

    private long HeardSince(long moment) => Math.Max(moment, HeardAt ?? moment);

    private void ArmKeepAlive()
    {
        var time = Links.Time;
        TimeSpan? due = _keepAlive == TimeSpan.Zero ? null : _keepAlive - time.GetElapsedTime(_body is null ? QuietSince() : _isAskedByPayload ? _asked : _lastSent);
        if (_isAsked && Bound() is { } bound)
        {
            var left = _owner.IsResting ? bound.Time : bound.Time - time.GetElapsedTime(HeardSince(_asked));
            if (due is null || left < due)
                due = left;
        }

        if (due is not { } when)
            return;

        // Timers count whole milliseconds and cut off the rest: a moment early would only mean another look.
        when = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(when.TotalMilliseconds)));
        if (_keepAliveTimer is null)
            _keepAliveTimer = time.CreateDetachedTimer(static state => ((MqttLink)state!).KeepAliveFired(), this, when);
        else
            _keepAliveTimer.Change(when, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long the answer to a PINGREQ may take, and what states it; null where nothing does: then each stream judges for itself.</summary>
    private (TimeSpan Time, string Attribute)? Bound()
    {
        if (_keepAlive == TimeSpan.Zero)
            return null;
        return Setup.Policy.Retry?.ValidityPing is { Ticks: > 0 } ping && ping < _keepAlive ? (ping, "svalidping") : (_keepAlive, "mqtt_keep_alive");
    }

    private void KeepAliveFired() => Setup.Mailbox.Post(_keepAliveWork!);

    private sealed class KeepAliveWork(MqttLink link) : IMailboxWork
    {
        public void RunOnMailbox(long argument) => link.LookOnMailbox();
    }
}
