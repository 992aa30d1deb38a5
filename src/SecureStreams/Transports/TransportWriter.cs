using SecureStreams.Implementation;

namespace SecureStreams.Transports;

/// <summary>
/// The sending half of a transport. Pieces are staged by <see cref="SsTransmitBuffer.Advance"/>, kept or dropped when the callback has returned, and leave in one write
/// per drain (<see cref="FlushOnMailbox"/>). <see cref="SsTxFlags.EndOfStream"/> half-closes.
/// </summary>
internal abstract class TransportWriter : SsTransmitBuffer
{
    /// <summary>Whether a tx callback may be called now: open for sending and no flush under way.</summary>
    public abstract bool IsWritable { get; }

    /// <summary>Whether no message was begun that is not ended: what follows may go another way. Always, where there are no messages.</summary>
    public virtual bool IsBetweenMessages => true;

    /// <inheritdoc/>
    public sealed override bool IsMessageOpen => !IsBetweenMessages;

    /// <summary>Bytes released and not yet taken over by the network. From any thread.</summary>
    public abstract long Queued { get; }

    /// <summary>Keeps what was staged since the last call: it leaves with the next flush.</summary>
    /// <returns>Bytes of payload that this call kept.</returns>
    public abstract long ReleaseOnMailbox();

    /// <summary>Drops what was staged since the last release.</summary>
    public abstract void RollbackOnMailbox();

    /// <summary>
    /// Sends what was released. True when it is done and the writer can take more at once; false when the transport will call
    /// <see cref="ITransportSink.WritableOnMailbox"/> when it can, or will take no more.
    /// </summary>
    public abstract bool FlushOnMailbox();
}
