using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>A listener that follows changes of its policy. Safe from any thread.</summary>
internal interface ILiveListener
{
    /// <summary>Its streamtype.</summary>
    string StreamType { get; }

    /// <summary>What it would do if <paramref name="now"/> were in force; null when it is not touched.</summary>
    SsPolicyEffect? Foresee(StreamTypePolicy? now);

    /// <summary>The policy in force has changed for its streamtype.</summary>
    void TellPolicyChanged();
}
