namespace SecureStreams;

/// <summary>The peer refused the message or transaction (<see cref="SsState.QosNackRemote"/>).</summary>
public sealed class SsNackException : SsStreamException
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What was refused.</param>
    /// <param name="cause">Why.</param>
    /// <param name="ack">The protocol's number: the HTTP status; else 0.</param>
    public SsNackException(string message, SsCause cause, int ack)
        : base(message, cause)
    {
        Ack = ack;
    }

    /// <summary>The protocol's number: the HTTP status; else 0.</summary>
    public int Ack { get; }
}
