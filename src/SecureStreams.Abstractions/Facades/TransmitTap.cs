using SecureStreams.Implementation;

namespace SecureStreams;

/// <summary>Watches what a stream's own handler commits, so that nobody else's message is put into the middle of one of its messages. Mailbox only.</summary>
internal sealed class TransmitTap : SsTransmitBuffer
{
    private SsTransmitBuffer? _target;
    private bool _staged;
    private bool _isOpen;
    private bool _hasLooked;

    /// <summary>Whether the handler has begun a message and not ended it.</summary>
    public override bool IsMessageOpen => _isOpen;

    public override long MessageNumber => _target!.MessageNumber;

    public override bool MoreRoom => _target!.MoreRoom;

    public override Span<byte> GetSpan() => _target!.GetSpan();

    public override void Advance(int bytes, SsTxFlags flags)
    {
        _target!.Advance(bytes, flags);
        _staged = (flags & (SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream)) == 0;
    }

    /// <summary>The first callback that the facade sees: a message that is open now was begun by the handler before there was a facade.</summary>
    public void Look(SsTransmitBuffer target)
    {
        if (_hasLooked)
            return;
        _hasLooked = true;
        _isOpen = target.IsMessageOpen;
    }

    /// <summary>Calls the handler.</summary>
    public SsTransmitResult Transmit(SecureStreamHandler handler, SecureStream stream, scoped ref SsTransmit tx)
    {
        _target = tx.Target;
        _staged = _isOpen;
        try
        {
            var watched = new SsTransmit(this);
            var result = handler.OnTransmit(stream, ref watched);
            if (result == SsTransmitResult.Send)
                _isOpen = _staged;
            return result;
        }
        finally
        {
            _target = null;
        }
    }

    /// <summary>A new connection begins without a message.</summary>
    public void Reset()
    {
        _hasLooked = true;
        _isOpen = false;
    }
}
