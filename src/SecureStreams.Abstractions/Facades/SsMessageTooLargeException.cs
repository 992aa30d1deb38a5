namespace SecureStreams;

/// <summary>A received message or body is longer than the receiver allows. It was dropped; stream and connection go on.</summary>
public sealed class SsMessageTooLargeException : SsStreamException
{
    /// <summary>Makes one.</summary>
    /// <param name="streamType">The streamtype.</param>
    /// <param name="limit">The limit in bytes.</param>
    /// <param name="option">The option that holds the limit.</param>
    public SsMessageTooLargeException(string streamType, int limit, string option)
        : base($"A message of streamtype '{streamType}' is longer than the {limit} bytes that {option} allows, and was dropped.", new SsCause(SsPhase.Payload, SsCauseCode.PayloadTooLarge))
    {
        Limit = limit;
    }

    /// <summary>The limit in bytes.</summary>
    public int Limit { get; }
}
