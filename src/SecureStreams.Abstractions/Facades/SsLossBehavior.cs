namespace SecureStreams;

/// <summary>What a reader of messages does when the stream loses what it reads from.</summary>
public enum SsLossBehavior
{
    /// <summary>Wait for messages of the next connection or transaction. <see cref="SsMessage.LostBefore"/> and <see cref="SsMessage.LossCause"/> tell of the loss.</summary>
    Continue = 0,

    /// <summary>End as at the end of the stream, after the messages received so far.</summary>
    End = 1,

    /// <summary>Throw <see cref="SsStreamException"/> with the cause, after the messages received so far.</summary>
    Throw = 2,
}
