using SecureStreams.Implementation;
using SecureStreams.Simulation.Protocol;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Transport;

/// <summary>Stages pieces as frames; a flush is one write.</summary>
internal sealed class SimWriter(SimTransport transport, Mailbox mailbox) : TransportWriter
{
    private const int HighWatermark = 2048;

    private readonly byte[] _piece = new byte[512];
    private readonly MailboxEntry _entry = new(mailbox);
    private byte[] _out = new byte[HighWatermark + 1024];
    private int _released;
    private int _staged;
    private bool _endStaged;
    private bool _endReleased;
    private bool _messageStaged;
    private bool _messageReleased;
    private int _writing;
    private bool _flushing;

    /// <summary>Whether the application may send.</summary>
    public bool Open { get; set; }

    /// <summary>A body ends with its message; a lasting connection goes on.</summary>
    public bool EndsWithMessage { get; set; }

    public override bool IsWritable => Open && !_flushing;

    // Bytes of raw have no place between two messages.
    public override bool IsBetweenMessages => transport.IsRaw || !_messageReleased;

    public override bool MoreRoom => Open && !_endStaged && _staged < HighWatermark;

    /// <summary>Bytes of a write that waits count until it is done.</summary>
    public override long Queued => _released + (_flushing ? _writing : 0);

    public override Span<byte> GetSpan() => MoreRoom ? _piece : [];

    public override void Advance(int bytes, SsTxFlags flags)
    {
        if (bytes > 0 || (flags & SsTxFlags.WholeMessage) != 0)
        {
            Append(FrameType.Data, (SsRxFlags)(flags & SsTxFlags.WholeMessage), _piece.AsSpan(0, bytes));
            _messageStaged = (flags & SsTxFlags.EndOfMessage) == 0;
        }

        if ((flags & SsTxFlags.EndOfStream) != 0)
            Append(FrameType.End, 0, []);
        _endStaged |= (flags & SsTxFlags.EndOfStream) != 0 || (EndsWithMessage && (flags & SsTxFlags.EndOfMessage) != 0);
    }

    public override long ReleaseOnMailbox()
    {
        // With the heads of frames: nothing is measured here.
        var kept = _staged - _released;
        _released = _staged;
        _endReleased = _endStaged;
        _messageReleased = _messageStaged;
        return kept;
    }

    public override void RollbackOnMailbox()
    {
        _staged = _released;
        _endStaged = _endReleased;
        _messageStaged = _messageReleased;
    }

    public override bool FlushOnMailbox()
    {
        if (_flushing || transport.IsStopped)
            return false;
        if (_endReleased)
            Open = false;
        if (_released == 0)
            return Open;
        var length = _released;
        _released = _staged = 0;
        var write = transport.WriteAsync(_out.AsMemory(0, length));
        if (write.IsCompletedSuccessfully)
            return Open;

        _flushing = true;
        _writing = length;
        _ = FlushedAsync(write);
        return false;
    }

    /// <summary>Bytes outside of the application's messages: not held up by them, so a full socket loses nothing but its order with a write that waits.</summary>
    public void Raw(ReadOnlySpan<byte> frame)
    {
        var write = transport.WriteAsync(frame.ToArray());
        if (!write.IsCompletedSuccessfully)
            _ = IgnoreAsync(write);
    }

    private static async Task IgnoreAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The reading loop meets the same failure and tells it.
        }
    }

    private async Task FlushedAsync(ValueTask write)
    {
        await IgnoreAsync(write).ConfigureAwait(false);
        using (await _entry)
        {
            _flushing = false;
            if (Open && !transport.IsStopped)
                transport.Sink.WritableOnMailbox(transport, due: false);
        }
    }

    private void Append(FrameType type, SsRxFlags flags, ReadOnlySpan<byte> payload)
    {
        if (_staged + Frame.HeaderBytes + payload.Length > _out.Length)
            Array.Resize(ref _out, _out.Length * 2);
        _staged += Frame.Write(_out.AsSpan(_staged), type, flags, 0, payload);
    }
}
