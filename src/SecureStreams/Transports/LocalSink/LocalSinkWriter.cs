using System.Buffers;

namespace SecureStreams.Transports.LocalSink;

/// <summary>
/// The sending half of an end. Room for a piece is a pooled buffer of the largest size; small pieces move from there into a chunk that they share, large ones take the buffer
/// along. An idle end holds none.
/// </summary>
/// <param name="pipe">Where pieces go.</param>
internal sealed class LocalSinkWriter(LocalSinkPipe pipe) : TransportWriter
{
    /// <summary>The largest piece.</summary>
    public const int PieceBytes = 16 * 1024;

    // What was released, and behind it what is only staged.
    private readonly List<LocalSinkPiece> _pieces = [];
    private byte[]? _room;
    private LocalSinkChunk? _packing;
    private int _released;
    private long _cost;
    private bool _stagedEnd;
    private bool _open;
    private bool _stalled;

    /// <summary>Whether the end of the stream was sent: nothing follows.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether a message was begun and not ended.</summary>
    public bool IsMidMessage { get; private set; }

    /// <inheritdoc/>
    public override bool IsWritable => _open && !_stalled && !HasEnded;

    /// <inheritdoc/>
    public override bool MoreRoom => _open && !HasEnded && !_stagedEnd && pipe.HasRoom(_cost);

    /// <inheritdoc/>
    public override long Queued => pipe.Bytes;

    /// <summary>Both ends are there.</summary>
    public void OpenOnMailbox() => _open = true;

    /// <summary>There is room again.</summary>
    public void ResumeOnMailbox() => _stalled = false;

    /// <summary>Nothing more is sent; what was not is dropped.</summary>
    public void CloseOnMailbox()
    {
        _open = false;
        _released = 0;
        Drop();
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        if (!_open || HasEnded || _stagedEnd)
            return [];
        _room ??= ArrayPool<byte>.Shared.Rent(PieceBytes);
        return _room.AsSpan(0, PieceBytes);
    }

    /// <inheritdoc/>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        LocalSinkPiece piece;
        if (bytes > PieceBytes / 2)
        {
            piece = new LocalSinkPiece(_room, null, 0, bytes, flags);
            _room = null;
        }
        else if (bytes > 0)
        {
            var at = Pack(_room.AsSpan(0, bytes));
            piece = new LocalSinkPiece(null, _packing, at, bytes, flags);
        }
        else
        {
            piece = new LocalSinkPiece(null, null, 0, 0, flags);
        }

        _pieces.Add(piece);
        _cost += piece.Cost;
        _stagedEnd |= (flags & SsTxFlags.EndOfStream) != 0;
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        long kept = 0;
        for (; _released < _pieces.Count; _released++)
        {
            var flags = _pieces[_released].Flags;
            kept += _pieces[_released].Length;
            if ((flags & SsTxFlags.StartOfMessage) != 0)
                IsMidMessage = true;
            if ((flags & SsTxFlags.EndOfMessage) != 0)
                IsMidMessage = false;
        }

        HasEnded |= _stagedEnd;
        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox() => Drop();

    /// <inheritdoc/>
    public override bool FlushOnMailbox()
    {
        ReturnRoom();
        if (!_open)
            return false;
        if (_pieces.Count > 0)
        {
            _stalled = !pipe.Write(_pieces, _packing);
            _packing = null;
            _pieces.Clear();
            _released = 0;
            _cost = 0;
        }

        return IsWritable;
    }

    private int Pack(ReadOnlySpan<byte> piece)
    {
        _packing ??= pipe.TakePacking() ?? pipe.NewChunk();
        var at = _packing.Pack(piece);
        if (at >= 0)
            return at;
        pipe.Release(_packing);
        _packing = pipe.NewChunk();
        return _packing.Pack(piece);
    }

    private void Drop()
    {
        for (var i = _pieces.Count - 1; i >= _released; i--)
        {
            _cost -= _pieces[i].Cost;
            pipe.Drop(_pieces[i]);
        }

        _pieces.RemoveRange(_released, _pieces.Count - _released);
        _stagedEnd = HasEnded;
        if (_pieces.Count == 0)
        {
            pipe.Release(_packing);
            _packing = null;
        }

        ReturnRoom();
    }

    private void ReturnRoom()
    {
        if (_room is not null)
            ArrayPool<byte>.Shared.Return(_room);
        _room = null;
    }
}
