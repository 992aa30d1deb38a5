using System.Buffers;

namespace SecureStreams.Transports.Http;

/// <summary>Stages the pieces of a request body and writes them, gathered, into the platform's content stream.</summary>
/// <remarks>
/// All fields belong to the mailbox. The platform's loop (<see cref="PumpAsync"/>) waits for one signal at a time: a write to await, the end, or abandonment;
/// there is at most one between two of its turns, because <c>_flushing</c> stands from the signal until the pump has been inside the mailbox again.
/// </remarks>
internal sealed partial class HttpBodyWriter(HttpTransport transport, Implementation.Mailbox mailbox, ITransportSink sink, long? length, int watermark, HttpMultipart? parts, CancellationToken cancellation)
    : TransportWriter
{
    private CancellationToken _cancellation = cancellation;
    private Stream? _stream;
    private byte[]? _buffer;
    private int _tail;
    private int _released;
    private long _total;
    private long _queued;
    private bool _open;
    private bool _flushing;
    private bool _endStaged;
    private bool _ended;
    private bool _pulled;
    private bool _aborted;

    /// <inheritdoc/>
    public override bool IsWritable => _open && !_flushing && !_ended;

    /// <inheritdoc/>
    public override bool MoreRoom => Room > 0;

    /// <inheritdoc/>
    /// <remarks>A body is one message.</remarks>
    public override bool IsBetweenMessages => !_pulled || _ended;

    /// <inheritdoc/>
    public override long Queued => Volatile.Read(ref _queued);

    /// <summary>Whether a write is under way, so that the peer's side is what keeps it waiting.</summary>
    public bool IsFlushing => _open && _flushing;

    /// <summary>Whether the application has supplied any of it.</summary>
    public bool WasPulled => _pulled;

    /// <summary>Whether no loop of the body runs.</summary>
    public bool IsDone => Volatile.Read(ref _pumps) == 0;

    /// <summary>Whether the body waits for the application.</summary>
    public bool IsWaiting => IsWritable;

    private int Room
    {
        get
        {
            if (!_open || _flushing || _ended || _endStaged || _partEnded)
                return 0;
            var room = watermark - _tail;
            return length is { } whole ? (int)Math.Min(room, whole - _total - (_tail - _released)) : room;
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        var room = Room;
        if (room == 0)
            return [];
        var piece = Math.Min(room, HttpDefaults.PieceBytes);
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Min(watermark, HttpDefaults.GatherBytes));
        if (_buffer.Length - _tail < piece)
            Grow();
        return _buffer.AsSpan(_tail, piece);
    }

    /// <inheritdoc/>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Math.Min(Room, HttpDefaults.PieceBytes));
        _tail += bytes;
        if ((flags & (SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream)) != 0 && _open)
            _endStaged = true;
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        mailbox.AssertCurrent();
        var kept = _tail - _released;
        _total += kept;
        _pulled |= _tail > _released || _endStaged;
        _released = _tail;
        Volatile.Write(ref _queued, _released);
        if (parts is null)
            _ended |= _endStaged || (_open && _total == length);
        else
            ReleasePart();
        _endStaged = false;
        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        mailbox.AssertCurrent();
        _tail = _released;
        _endStaged = false;
        if (_tail == 0 && !_flushing)
            ReturnBuffer();
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox()
    {
        mailbox.AssertCurrent();
        if (!_open || _flushing)
            return false;
        if (_ended && length is { } whole && _total < whole)
        {
            transport.StopOnMailbox(new TransportFailure(
                SsPhase.Payload,
                SsCauseCode.PayloadLengthMismatch,
                $"The application announced a body of {whole} bytes and ended it after {_total}; the request is dropped."));
            return false;
        }

        if (_released == 0 && !_ended && !_partEnded)
            return true;
        return Send(_released);
    }

    /// <summary>Ends the pump at once; what was staged is dropped. The pump returns the buffer in a turn of its own, since a callback may hold a span of it now.</summary>
    public void AbortOnMailbox()
    {
        mailbox.AssertCurrent();
        _aborted = true;
        if (!_open)
            return;
        _open = false;
        if (!_flushing)
            Signal(default);
    }

    /// <summary>More than usual is gathered. The buffer before is left to the collector: the callback may still hold a span of it.</summary>
    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(watermark, 2L * _buffer!.Length));
        _buffer.AsSpan(0, _tail).CopyTo(larger);
        _buffer = larger;
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
