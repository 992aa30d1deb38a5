using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a change of the policy does, or would do, to one stream or listener. Immutable.</summary>
/// <param name="StreamType">Its streamtype.</param>
/// <param name="StreamId">The stream's <see cref="SecureStream.Id"/>; 0 for a listener.</param>
/// <param name="Impact">The largest impact class of what differs from the policy it runs under; <see cref="PolicyImpact.Recreate"/> for a streamtype that is gone.</param>
/// <param name="Action">What happens to it.</param>
public sealed record SsPolicyEffect(string StreamType, long StreamId, PolicyImpact Impact, SsPolicyAction Action)
{
    /// <summary>Whether it is a listener.</summary>
    public bool IsListener => StreamId == 0;

    /// <summary>One line.</summary>
    public override string ToString() => IsListener ? $"listener {StreamType}: {Action} ({Impact})" : $"{StreamType}#{StreamId}: {Action} ({Impact})";
}
