using SecureStreams.Transports;

namespace SecureStreams.Core;

/// <summary>How a stream follows the policy of its context: attempt by attempt, so that what is connected keeps the policy it connected under.</summary>
internal sealed partial class LocalStream
{
    /// <summary>Takes the policy in force for the attempt that begins.</summary>
    /// <returns>Why there is none, which ends the attempt for good; else null.</returns>
    private TransportFailure? FollowPolicyOnMailbox()
    {
        if (_runtime.FindPolicy is not { } find)
            return null;
        var next = find(StreamType);
        if (ReferenceEquals(next, _policy))
            return null;
        if (next is null || next.Server)
            return Failures.StreamTypeRemoved(StreamType, isServer: next is not null);

        if (!next.Equals(_policy))
            CoreLog.PolicyFollowed(_runtime.Logger, StreamType, Id);
        _metadata.FollowOnMailbox(next);
        _policy = next;
        return null;
    }
}
