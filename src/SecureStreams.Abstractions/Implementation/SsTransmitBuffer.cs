namespace SecureStreams.Implementation;

/// <summary>Where <see cref="SsTransmit"/> puts its pieces. For implementations of the API.</summary>
public abstract class SsTransmitBuffer
{
    /// <summary>Whether another piece may be committed now.</summary>
    public abstract bool MoreRoom { get; }

    /// <summary>The number of the message that the next piece belongs to, as acknowledgements name it (<see cref="SsStateChange.Message"/>); 0 where messages are not acknowledged one by one.</summary>
    public virtual long MessageNumber => 0;

    /// <summary>At the start of a callback: whether a message was begun in an earlier one and has not ended.</summary>
    public virtual bool IsMessageOpen => false;

    /// <summary>Room for one piece; empty when none may be committed.</summary>
    public abstract Span<byte> GetSpan();

    /// <summary>Takes the first <paramref name="bytes"/> of the last span, which has at least that many.</summary>
    /// <param name="bytes">How many bytes, 0 or more.</param>
    /// <param name="flags">Where the piece stands in its message.</param>
    public abstract void Advance(int bytes, SsTxFlags flags);
}
