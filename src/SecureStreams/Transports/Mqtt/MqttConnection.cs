using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// What streams share that are one client at one broker: the session, the subscriptions, and one network connection at a time. Streams come and go; the last one that leaves closes it, and when
/// it ends every stream is told why, comes back by its own policy, and finds this again.
/// </summary>
/// <remarks>
/// It has a mailbox of its own, on which everything here runs that is not said to be for any thread. It tries to enter the mailboxes of streams and never waits for one; see
/// <see cref="MqttTransport"/>. While it is inside a stream's mailbox, the stream may send on it (<see cref="SendOnMailbox"/>) and nothing else: all other requests are posts.
/// </remarks>
internal sealed partial class MqttConnection : IMailboxWork, ITransportSink, IAsyncDisposable
{
    private const string ClientIdChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly List<MqttMember> _members = [];
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttSession? _session;
    private MqttLink? _link;
    private ITimer? _leaveTimer;
    private bool _isRetired;
    private bool _isDisposing;
    private bool _isResting;
    private bool _isKept;

    private enum Work
    {
        TurnOver,
        Leave,
        Absent,
        Away,
        Dispose,
    }

    /// <param name="factory">What all connections share.</param>
    /// <param name="identity">What it is found by.</param>
    public MqttConnection(MqttTransportFactory factory, object identity)
    {
        Factory = factory;
        Identity = identity;
        ClientId = (identity as MqttIdentity)?.ClientId ?? RandomNumberGenerator.GetString(ClientIdChars, MqttDefaults.RandomClientIdChars);
        Mailbox = new Mailbox(factory.Scheduler, OnFault);
    }

    /// <summary>What all connections share. From any thread.</summary>
    public MqttTransportFactory Factory { get; }

    /// <summary>What it is found by. From any thread.</summary>
    public object Identity { get; }

    /// <summary>What the broker calls it. From any thread.</summary>
    public string ClientId { get; }

    /// <summary>Where everything happens. From any thread.</summary>
    public Mailbox Mailbox { get; }

    /// <summary>What outlasts network connections.</summary>
    public MqttSession Session => _session!;

    /// <summary>Whether nothing is read, because no stream takes anything. From any thread.</summary>
    public bool IsResting => Volatile.Read(ref _isResting);

    /// <summary>Whether the session outlasts the process. From any thread.</summary>
    public bool IsKept => Volatile.Read(ref _isKept);

    /// <summary>When the broker was last heard, a timestamp of the clock; null while there is no connection. From any thread.</summary>
    public long? LastHeard => Volatile.Read(ref _link) is { } link ? link.HeardAt : null;

    /// <summary>Ends it, when its streams are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Mailbox.Post(this, (long)Work.Dispose);
        await _gone.Task.ConfigureAwait(false);
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        switch ((Work)argument)
        {
            case Work.TurnOver:
                _turnOverPosted = false;
                TurnOverOnMailbox();
                break;
            case Work.Leave:
                if (_leaveTimer is not null)
                    CloseLinkOnMailbox();
                break;
            case Work.Absent:
                EndAbsentOnMailbox();
                break;
            case Work.Away:
                EndAwayOnMailbox();
                break;
            case Work.Dispose:
                _isDisposing = true;
                RetireIfIdleOnMailbox();
                break;
        }
    }

    /// <summary>What a stream asked for by a post.</summary>
    public void RequestedOnMailbox(MqttMember member, MqttRequest request)
    {
        Mailbox.AssertCurrent();
        switch (request)
        {
            case MqttRequest.Attach:
                AttachOnMailbox(member);
                break;
            case MqttRequest.Finish:
                member.IsFinishing = true;
                FinishOnMailbox(member);
                break;
            case MqttRequest.Detach:
                KeepUntoldOnMailbox(member);
                LetGoOnMailbox(member);
                break;
            case MqttRequest.Abort:
                if (member.Stage != MqttStage.Left && _link is { } link && link == member.Link)
                    link.FailOnMailbox(MqttFailures.GivenUp(member.Plan.Policy.Name, member.Attempt.Endpoint));
                KeepUntoldOnMailbox(member);
                LetGoOnMailbox(member);
                break;
            case MqttRequest.Send:
                SendOnMailbox(member);
                member.Transport.WritableFromConnection();
                TurnOverSoonOnMailbox();
                break;
            case MqttRequest.Flow:
                LookAtFlowOnMailbox();
                break;
            case MqttRequest.Ping:
                if (!IsResting)
                    _link?.AskOnMailbox();
                break;
            case MqttRequest.TimedOut:
                TimedOutOnMailbox(member);
                break;
        }
    }

    private void AttachOnMailbox(MqttMember member)
    {
        if (_isRetired)
        {
            member.Transport.ReattachFromConnection();
            return;
        }

        StopLeaving();
        _members.Add(member);
        member.Transport.Owner.Current = member;
        if (_link is not { } link)
        {
            StartLinkOnMailbox(member);
        }
        else if (!link.IsEnding)
        {
            if (link.Key != member.Attempt.Key)
                CloseOnMailbox(member, MqttFailures.Rival(member, link.Key, DifferenceOf(link.Key, member.Attempt.Key)));
            else
                JoinOnMailbox(member, link);
        }
    }

    /// <summary>Joins a connection that there is, or that is being made.</summary>
    private void JoinOnMailbox(MqttMember member, MqttLink link)
    {
        member.Link = link;
        if (!link.IsUp)
            return;
        OpenOnMailbox(member, waited: false);
        LookAtFlowOnMailbox();
        TurnOverSoonOnMailbox();
    }

    private void StartLinkOnMailbox(MqttMember first)
    {
        string? refusal = null;
        if ((_session ??= MakeSession(first, out refusal)) is null)
        {
            for (var i = _members.Count - 1; i >= 0; i--)
                CloseOnMailbox(_members[i], MqttFailures.SessionInUse(_members[i], refusal!));
            RetireIfIdleOnMailbox();
            return;
        }

        var setup = new TransportSetup(Mailbox, this, first.Plan.Policy, new MetadataStore(first.Plan.Policy), null, false) { Activity = first.Transport.Setup.Activity };
        var link = new MqttLink(this, first, setup);
        Volatile.Write(ref _link, link);
        for (var i = _members.Count - 1; i >= 0; i--)
        {
            var member = _members[i];
            if (link.Key == member.Attempt.Key)
                member.Link = link;
            else
                CloseOnMailbox(member, MqttFailures.Rival(member, link.Key, DifferenceOf(link.Key, member.Attempt.Key)));
        }

        link.StartOnMailbox();
    }

    private MqttSession? MakeSession(MqttMember first, out string? refusal)
    {
        refusal = null;
        IMqttSessionStore? store = MqttNoStore.Instance;
        if (Factory.StateFolder is { } folder && Identity is MqttIdentity identity && !first.Attempt.Key.Settings.CleanStart)
            store = MqttSessionFile.TryOpen(folder, string.Create(CultureInfo.InvariantCulture, $"{identity.UnixPath ?? identity.Host}:{identity.Port}{identity.Path}\n{identity.ClientId}"), Factory.Logger, out refusal);
        Volatile.Write(ref _isKept, store is MqttSessionFile);
        if (store is null)
            return null;
        var session = new MqttSession(
            new MqttSessionLimits { Window = first.Attempt.Key.Settings.ReceiveMaximum, ExactlyOnceWindow = first.Attempt.Key.Settings.ExactlyOnceWindow },
            store,
            MqttBodies.Pool,
            (ushort)RandomNumberGenerator.GetInt32(1, ushort.MaxValue + 1));
        if ((store as MqttSessionFile)?.Damage is { } damage)
            Factory.Tell(first, damage);
        if (store.Problem is { } problem)
            Factory.Tell(first, problem);
        return session;
    }

    /// <summary>A stream lets go, now or after its connection ended.</summary>
    private void LetGoOnMailbox(MqttMember member)
    {
        TakeBackOnMailbox(member);
        DetachOnMailbox(member);

        // Also while the last words of a connection are waited for: another stream may come, and it goes on. On one that is about to end the broker keeps it all.
        member.WasLast = _members.Count == 0 && _link is not null;
        if (!member.WasLast || _link is not { IsEnding: true } || member.Transport.Owner.KeptMessages > 0)
            ExpectOnMailbox(member);
        member.Transport.TakenBackFromConnection();
    }

    private void DetachOnMailbox(MqttMember member)
    {
        if (member.Stage != MqttStage.Left)
        {
            if (member.Batch is not null)
                SendOnMailbox(member);
            CloseOnMailbox(member, null);
        }

        if (_members.Count > 0)
        {
            LookAtFlowOnMailbox();
            TurnOverSoonOnMailbox();
        }
        else
        {
            LeaveOnMailbox(hasWaited: member.IsFinishing);
        }
    }

    private void TimedOutOnMailbox(MqttMember member)
    {
        if (member.Stage is MqttStage.Connected or MqttStage.Left)
            return;
        var bound = member.Transport.Setup.ConnectTimeout;
        var failure = _link is { Progress: { } progress } link
            ? progress.TimedOut(bound, member.Plan.Link.BoundedBy, opening: link.WaitsFor)
            : MqttFailures.TimedOut(bound, member.Plan.Link.BoundedBy, isUp: _link is { IsUp: true }, member.Attempt.Endpoint);
        CloseOnMailbox(member, failure with { Endpoint = member.Attempt.Endpoint });
        DetachOnMailbox(member);
    }

    /// <summary>A stream is no more of this connection, whatever becomes of the rest.</summary>
    private void CloseOnMailbox(MqttMember member, TransportFailure? failure)
    {
        if (member.Stage == MqttStage.Left)
            return;
        if (member.Stage != MqttStage.Connected)
            TakeBackOnMailbox(member);
        member.Stage = MqttStage.Left;
        _members.Remove(member);
        if (member.Transport.Owner.Current == member)
            member.Transport.Owner.Current = null;
        foreach (var filter in member.Attempt.Filters)
            UnsubscribeOnMailbox(filter, member);
        member.Transport.CloseFromConnection(failure);
        if (failure is not null)
            ExpectOnMailbox(member);
    }

    /// <summary>No stream is left: what was sent may still be answered, then the broker is told goodbye.</summary>
    /// <param name="hasWaited">Whether the stream has waited for that itself.</param>
    private void LeaveOnMailbox(bool hasWaited)
    {
        if (_link is not { IsEnding: false } link)
        {
            RetireIfIdleOnMailbox();
            return;
        }

        if (_leaveTimer is not null)
            return;
        if (link.IsUp && !hasWaited && (Session.Count > 0 || _parked.Count > 0 || link.IsInBody))
        {
            _leaveTimer = Factory.Links.Time.CreateDetachedTimer(static state => ((MqttConnection)state!).LeaveFired(), this, MqttDefaults.GoodbyeWait);
            SetResting(false);
            TurnOverSoonOnMailbox();
            return;
        }

        CloseLinkOnMailbox();
    }

    private void CloseLinkOnMailbox()
    {
        StopLeaving();
        if (_link is not { } link)
            return;
        SetResting(false);
        link.CloseOnMailbox();
    }

    private void LeaveFired() => Mailbox.Post(this, (long)Work.Leave);

    private void StopLeaving()
    {
        _leaveTimer?.Dispose();
        _leaveTimer = null;
    }

    /// <summary>Forgotten when nothing is left that would be missed.</summary>
    private void RetireIfIdleOnMailbox()
    {
        if (_link is not null || _members.Count > 0 || _isRetired)
            return;
        if (!_isDisposing && (_session is { Count: > 0 } or { Incoming: > 0 } || _away.Count > 0))
            return;
        _isRetired = true;
        _awayTimer?.Dispose();
        _awayTimer = null;
        foreach (var member in _away)
            DiscardOnMailbox(member.Arriving);

        // In this order: whoever does not find this one any more takes the file of the session.
        _session?.Dispose();
        Factory.Connections.Forget(this);
        _gone.TrySetResult();
    }

    private void OnFault(Exception error)
    {
        // The last line of defence: a defect ends the connection with a reason.
        MqttLog.InternalFailure(Factory.Logger, error);
        _link?.FailOnMailbox(Failures.Internal(error));
    }

    private static string DifferenceOf(MqttConnectionKey one, MqttConnectionKey other)
    {
        var (a, b) = (one.Settings, other.Settings);
        return one.Tls != other.Tls ? "tls_trust_store"
            : one.Way != other.Way ? "via-socks5"
            : a.Version != b.Version ? "mqtt_version"
            : a.CleanStart != b.CleanStart ? "mqtt_clean_start"
            : a.KeepAliveSeconds != b.KeepAliveSeconds ? "mqtt_keep_alive"
            : a.SessionExpirySeconds != b.SessionExpirySeconds ? "mqtt_session_expiry"
            : a.ReceiveMaximum != b.ReceiveMaximum ? "mqtt_receive_maximum"
            : a.TopicAliases != b.TopicAliases ? "mqtt_topic_alias_max"
            : a.UserNameBlob != b.UserNameBlob || a.NeedsUserName != b.NeedsUserName ? "mqtt_username_blob"
            : a.Will != b.Will ? "mqtt_will_topic"
            : a.Birth != b.Birth ? "mqtt_birth_topic"
            : "use_auth";
    }
}
