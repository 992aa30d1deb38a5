using SecureStreams.Implementation;

namespace SecureStreams;

/// <summary>Watches what a stream's own handler commits, so that nobody else's message is put into the middle of one of its messages. Mailbox only.</summary>
internal sealed class TransmitTap : SsTransmitBuffer
{
    private SsTransmitBuffer? _target;
    private bool _staged;

    /// <summary>Whether the handler has begun a message and not ended it.</summary>
    public bool IsMessageOpen { get; private set; }

    public override bool MoreRoom => _target!.MoreRoom;

    public override Span<byte> GetSpan() => _target!.GetSpan();

    public override void Advance(int bytes, SsTxFlags flags)
    {
        _target!.Advance(bytes, flags);
        _staged = (flags & (SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream)) == 0;
    }

    /// <summary>Calls the handler.</summary>
    public SsTransmitResult Transmit(SecureStreamHandler handler, SecureStream stream, scoped ref SsTransmit tx)
    {
        _target = tx.Target;
        _staged = IsMessageOpen;
        try
        {
            var watched = new SsTransmit(this);
            var result = handler.OnTransmit(stream, ref watched);
            if (result == SsTransmitResult.Send)
                IsMessageOpen = _staged;
            return result;
        }
        finally
        {
            _target = null;
        }
    }

    /// <summary>A new connection begins without a message.</summary>
    public void Reset() => IsMessageOpen = false;
}
