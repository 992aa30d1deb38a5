using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>The stream's dealings with the retry governor: its attempts draw from the budget that it shares with the other streams of its failure domain.</summary>
internal sealed partial class LocalStream
{
    private FailureDomain? _domain;
    private StreamTypePolicy? _domainPolicy;
    private bool _keepsDomain;
    private GovernorTicket? _ticket;
    private bool _awaitsAdmission;
    private long _awaitsSince;

    // The last thing that ended here failed: what begins by itself now is a retry.
    private bool _mends;
    private bool _admittedPoll;

    /// <summary>Whether the attempt that begins may go ahead now; else <see cref="AdmittedOnMailbox"/> follows.</summary>
    private bool AdmitOnMailbox(bool poll)
    {
        var domain = DomainOnMailbox();

        // A first attempt to a peer that is well is free: only failures make a storm.
        if (_failures == 0 && !_mends && !domain.IsFailing)
            return true;
        _ticket ??= new GovernorTicket(() => _mailbox.Post(this, (long)StreamCommand.Admitted));
        if (domain.TryAdmit(_ticket))
            return true;
        _awaitsAdmission = true;
        _awaitsSince = _runtime.Platform.Time.GetTimestamp();
        _admittedPoll = poll;
        return false;
    }

    private void AdmittedOnMailbox()
    {
        // It may have been told for an attempt that was given up meanwhile.
        if (!_awaitsAdmission || _ticket is not { IsAdmitted: true })
            return;
        _awaitsAdmission = false;
        _runtime.Telemetry.Instruments.GovernorWaited(StreamType, _runtime.Platform.Time.GetElapsedTime(_awaitsSince));

        // Policy or metadata may have changed during the wait: an attempt that goes to another peer now draws from that one's budget.
        var waitedFor = _domain;
        var refusal = FollowPolicyOnMailbox();
        if (refusal is null && DomainOnMailbox() != waitedFor)
        {
            ReleaseAdmissionOnMailbox();
            if (!AdmitOnMailbox(_admittedPoll))
                return;
        }

        RunAttemptOnMailbox(_admittedPoll, refusal);
    }

    private void ReleaseAdmissionOnMailbox()
    {
        _awaitsAdmission = false;
        if (_ticket is { Domain: { } domain })
            domain.Release(_ticket);
    }

    /// <summary>An attempt ended, or a connection did: what it says about the peer holds for all streams that want to reach it.</summary>
    /// <param name="failure">Why; null when it succeeded.</param>
    private void AttemptOverOnMailbox(TransportFailure? failure)
    {
        ReleaseAdmissionOnMailbox();
        _mends = failure is not null;
        _mayHurry = failure is { RetryClass: RetryClass.Transient or RetryClass.Identity };

        // An orderly end of a connection that stood says nothing against the peer; reconnecting by policy is governed all the same, since it happens to all streams at once.
        if (failure is null)
            _domain?.Succeeded();
        else if (!failure.IsAuth && failure.Phase is not (SsPhase.Local or SsPhase.Policy or SsPhase.Update) && failure.Code != SsCauseCode.PeerClosed && failure.RetryClass != RetryClass.Configuration)
            _domain?.Failed();
    }

    private FailureDomain DomainOnMailbox()
    {
        if (_domain is { IsRetired: false } domain && _domainPolicy == (object)_policy && _keepsDomain)
            return domain;
        if (_domainPolicy != (object)_policy)
        {
            // Where metadata say where it leads, it is asked for each attempt.
            _domainPolicy = _policy;
            _keepsDomain = _policy.Endpoint is null or { IsLiteral: true } && _policy.Find("port_metadata") is null;
        }

        return _domain = _runtime.Governor.DomainOf(FailureDomainKey.Of(_policy, _metadata));
    }
}
