using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Integration.Http;

/// <summary>A request's dealings with the retry governor, which are those of a stream: one budget for all that lead to the same peer.</summary>
internal sealed partial class StreamTypeRequest
{
    private FailureDomain? _domain;
    private GovernorTicket? _ticket;

    /// <summary>Waits for its turn, if the peer is known to fail or this is a retry.</summary>
    private async ValueTask AdmitAsync(StreamTypePolicy policy, MetadataStore metadata, CancellationToken cancellationToken)
    {
        var domain = _domain = _runtime.Governor.DomainOf(FailureDomainKey.Of(policy, metadata));
        if (_failures == 0 && !domain.IsFailing)
            return;
        var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ticket = new GovernorTicket(admitted.SetResult);
        if (!domain.TryAdmit(_ticket))
            await admitted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What came of the attempt holds for all that want to reach the peer.</summary>
    /// <param name="failure">Why it failed; null when the peer answered.</param>
    private void AttemptOver(TransportFailure? failure)
    {
        ReleaseAdmission();
        if (failure is null)
            _domain?.Succeeded();
        else if (!failure.IsAuth && failure.Phase != SsPhase.Local && failure.Code != SsCauseCode.PeerClosed && failure.RetryClass != RetryClass.Configuration)
            _domain?.Failed();
    }

    private void ReleaseAdmission()
    {
        if (_ticket is { Domain: { } domain } ticket)
            domain.Release(ticket);
    }
}
