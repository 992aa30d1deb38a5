namespace SecureStreams;

/// <summary>How <see cref="SecureStreamFacades.SendAsync(SecureStream, ReadOnlyMemory{byte}, SsSendFlags, CancellationToken)"/> sends.</summary>
[Flags]
public enum SsSendFlags
{
    /// <summary>Complete when the transport has taken the last piece. That says nothing about the peer.</summary>
    None = 0,

    /// <summary>
    /// Complete when the peer has acknowledged the message, fail with <see cref="SsNackException"/> when it refuses. Until then the message is repeated from its start
    /// whenever policy makes a new attempt; over mqtt the session sends it again, and without one that lasts it fails when the connection ends. Needs a protocol that acknowledges (<see cref="SsStreamTraits.Acknowledges"/>).
    /// </summary>
    WaitForAck = 1,
}
