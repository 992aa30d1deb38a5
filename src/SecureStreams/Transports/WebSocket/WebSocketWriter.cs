using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.WebSocket;

/// <summary>
/// Pieces become frames in place: the application fills the buffer that leaves, behind room for the longest header, and a piece that is committed gets its header and its mask
/// where it lies. So a message costs no copy, and all messages of a drain leave in one write.
/// </summary>
internal sealed class WebSocketWriter(WebSocketConnection connection, LinkOutput output, bool isClient, bool isBinary) : TransportWriter
{
    // A server's frames have no mask.
    private readonly int _headerRoom = isClient ? WebSocketFrame.MaxShortHeaderBytes : WebSocketFrame.MaxShortHeaderBytes - sizeof(uint);
    private int _staged;
    private bool _open;
    private bool _inMessage;
    private bool _inMessageAtRelease;
    private bool _endStaged;
    private WebSocketCompressor? _compressor;

    /// <inheritdoc/>
    public override bool IsWritable => _open && !connection.HoldsBackSending && output.IsReady;

    /// <inheritdoc/>
    public override bool MoreRoom => _open && !_endStaged && output.IsReady && output.Room > 0;

    /// <inheritdoc/>
    public override long Queued => output.Queued;

    /// <inheritdoc/>
    public override bool IsBetweenMessages => !_inMessageAtRelease;

    /// <summary>From now on pieces are taken.</summary>
    /// <param name="deflater">Compresses them; owned from here on. Null when they leave as they are.</param>
    public void Open(WebSocketDeflater? deflater = null)
    {
        _open = true;
        _compressor = deflater is null ? null : new WebSocketCompressor(deflater);
    }

    /// <summary>The connection is over.</summary>
    public void End()
    {
        _open = false;
        _compressor?.Dispose();
    }

    /// <summary>From now on none is: a close frame was sent, or the connection is over.</summary>
    public void Close() => _open = false;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        if (!MoreRoom)
            return [];
        var piece = Math.Min(output.Room - _headerRoom, LinkDefaults.PieceBytes);
        if (_compressor is { } compressor)
            return compressor.GetSpan(piece);
        return output.GetSpan(_headerRoom + piece).Slice(_headerRoom, piece);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The flags do not go with those of the piece before. Nothing is taken then.</exception>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        // A span may have been taken before the connection was let go: then there is nowhere to put it.
        if (!_open || _endStaged || !output.IsReady)
            return;

        var isStart = (flags & SsTxFlags.StartOfMessage) != 0;
        var isEnd = (flags & SsTxFlags.EndOfMessage) != 0;
        var isLast = (flags & SsTxFlags.EndOfStream) != 0;

        // The end of the stream alone, between messages, is no piece of one.
        if (bytes > 0 || isStart || isEnd || !isLast)
        {
            ThrowIfOutOfOrder(isStart, flags);
            var opcode = !isStart ? WebSocketOpcode.Continuation
                : (flags & SsTxFlags.Text) != 0 ? WebSocketOpcode.Text
                : (flags & SsTxFlags.Binary) != 0 || isBinary ? WebSocketOpcode.Binary
                : WebSocketOpcode.Text;
            if (isLast && !isEnd)
                throw new InvalidOperationException("EndOfStream came in the middle of a message; end the message with EndOfMessage first or together with it.");
            if (_compressor is { } compressor)
                EncodeCompressed(compressor, opcode, isEnd, bytes);
            else
                Encode(opcode, isEnd, bytes);
            _inMessage = !isEnd;
            _staged += bytes;
        }
        else if (_inMessage)
        {
            throw new InvalidOperationException("EndOfStream came in the middle of a message; end the message with EndOfMessage first or together with it.");
        }

        _endStaged = isLast;
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        var kept = _staged;
        _staged = 0;
        _inMessageAtRelease = _inMessage;
        output.ReleaseOnMailbox();
        _compressor?.Release();
        if (_endStaged)
        {
            _endStaged = false;
            connection.EndOfStreamOnMailbox();
        }

        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        _staged = 0;
        _inMessage = _inMessageAtRelease;
        _endStaged = false;
        output.RollbackOnMailbox();
        _compressor?.Rollback();
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox() => output.FlushOnMailbox() && IsWritable;

    private void ThrowIfOutOfOrder(bool isStart, SsTxFlags flags)
    {
        if (isStart && _inMessage)
            throw new InvalidOperationException("StartOfMessage came in the middle of a message; commit its last piece with EndOfMessage first.");
        if (!isStart && !_inMessage)
            throw new InvalidOperationException("A piece came without StartOfMessage, and no message was begun; commit a message in one piece with WholeMessage.");
        if ((flags & (SsTxFlags.Text | SsTxFlags.Binary)) == (SsTxFlags.Text | SsTxFlags.Binary))
            throw new InvalidOperationException("A message is either Text or Binary, not both.");
    }

    /// <summary>The piece is in the compressor's buffer; what becomes of it goes behind what is staged.</summary>
    private void EncodeCompressed(WebSocketCompressor compressor, WebSocketOpcode opcode, bool isEnd, int bytes)
    {
        var compressed = compressor.Compress(bytes, isEnd);
        var isFirst = opcode != WebSocketOpcode.Continuation;
        var frame = output.GetSpan(WebSocketFrame.MaxHeaderBytes + compressed.Length);
        int header;
        if (isClient)
        {
            var key = WebSocketMaskKeys.Next();
            header = WebSocketFrame.WriteHeader(frame, opcode, isEnd, isFirst, compressed.Length, key);
            compressed.CopyTo(frame[header..]);
            WebSocketMask.Apply(frame.Slice(header, compressed.Length), key, 0);
        }
        else
        {
            header = WebSocketFrame.WriteHeader(frame, opcode, isEnd, isFirst, compressed.Length);
            compressed.CopyTo(frame[header..]);
        }

        output.Advance(header + compressed.Length);
    }

    private void Encode(WebSocketOpcode opcode, bool isEnd, int bytes)
    {
        var frame = output.GetSpan(_headerRoom + bytes);
        var payload = frame.Slice(_headerRoom, bytes);
        int header;
        if (isClient)
        {
            var key = WebSocketMaskKeys.Next();
            WebSocketMask.Apply(payload, key, 0);
            header = WebSocketFrame.WriteHeader(frame, opcode, isEnd, false, bytes, key);
        }
        else
        {
            header = WebSocketFrame.WriteHeader(frame, opcode, isEnd, false, bytes);
        }

        // Frames of at most 125 bytes have a shorter header: the gap is closed.
        if (header < _headerRoom)
            payload.CopyTo(frame[header..]);
        output.Advance(header + bytes);
    }
}
