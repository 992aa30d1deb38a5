using SecureStreams;

namespace Overlays;

/// <summary>Turns the life of one <c>captive_portal_detect</c> transaction into a finding. It knows states and causes, and no endpoint.</summary>
internal sealed class DetectionHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource<Finding> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first finding counts.</summary>
    public Task<Finding> Found => _found.Task;

    /// <summary>Why it is not the Internet.</summary>
    public SsCause Cause { get; private set; }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        Console.WriteLine(change.Cause.IsNone ? $"{change.State}" : $"{change.State}: {change.Cause}");
        if (change.Cause.DetailId != 0)
            Cause = change.Cause;
        switch (change.State)
        {
            case SsState.Connecting:
                // A portal may also take the request and never answer: the policy says how long that is borne.
                stream.StartTimeout(SecureStream.FromPolicy);
                break;
            case SsState.QosAckRemote:
                _found.TrySetResult(Finding.Internet);
                break;
            case SsState.QosNackRemote:
                _found.TrySetResult(Finding.Portal); // Somebody else's page.
                break;
            case SsState.AllRetriesFailed when change.Cause.Code == SsCauseCode.RedirectRefused:
                _found.TrySetResult(Finding.Portal); // The way to a log-in page.
                break;
            case SsState.AllRetriesFailed or SsState.Timeout or SsState.Disconnected:
                _found.TrySetResult(Finding.Nothing);
                break;
        }

        return SsResult.Continue;
    }
}
