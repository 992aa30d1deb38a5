namespace SecureStreams.Transports.InMemory;

/// <summary>Collects pieces; a flush hands them to the peer, unless it has stalled.</summary>
internal sealed class InMemoryWriter(InMemoryTransport transport) : TransportWriter
{
    /// <summary>Room of one piece.</summary>
    public const int PieceBytes = 4096;

    /// <summary>Staged and released bytes above which a callback has no more room.</summary>
    public const int HighWatermark = 16 * 1024;

    private readonly byte[] _buffer = new byte[PieceBytes];
    private readonly List<InMemoryPiece> _staged = [];
    private readonly List<InMemoryPiece> _released = [];
    private int _bytes;

    public bool Stalled { get; set; }

    public bool Open { get; set; }

    public override bool IsWritable => Open && !Stalled;

    public override bool MoreRoom => Open && _bytes < HighWatermark;

    public override long Queued => Volatile.Read(ref _bytes);

    public override Span<byte> GetSpan() => _buffer;

    public override void Advance(int bytes, SsTxFlags flags)
    {
        _staged.Add(new InMemoryPiece(_buffer[..bytes], (int)flags));
        _bytes += bytes;
    }

    public override long ReleaseOnMailbox()
    {
        long kept = 0;
        foreach (var piece in _staged)
            kept += piece.Payload.Length;
        _released.AddRange(_staged);
        _staged.Clear();
        return kept;
    }

    public override void RollbackOnMailbox()
    {
        foreach (var piece in _staged)
            _bytes -= piece.Payload.Length;
        _staged.Clear();
    }

    public override bool FlushOnMailbox()
    {
        if (Stalled)
            return false;
        if (_released.Count > 0)
        {
            transport.Peer.Took(_released);
            var ended = transport.IsTransactional && _released[^1].TxFlags.HasFlag(SsTxFlags.EndOfMessage);
            if (ended || _released[^1].TxFlags.HasFlag(SsTxFlags.EndOfStream))
                Open = false;
            _released.Clear();
        }

        _bytes = 0;
        return Open;
    }
}
