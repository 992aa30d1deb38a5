using System.Buffers;
using SecureStreams.Implementation;

namespace SecureStreams.Transports.Connections;

/// <summary>
/// The bytes of a connection on their way out. What is staged and released gathers in one pooled buffer, and a flush hands that buffer to the network in one write: it belongs
/// to the write until that is done, and goes back to the pool then. So a quiet connection holds none.
/// </summary>
/// <remarks>
/// Everything is the mailbox's. One write at a time; what is released meanwhile (a protocol's own frames, since no tx is called then) gathers in a second buffer and follows by
/// itself. Buffers grow with what the application fills: from one piece, doubling when it filled the last one, up to the watermark.
/// </remarks>
/// <param name="mailbox">Whose it is.</param>
/// <param name="owner">Told what happens.</param>
/// <param name="watermark">Bytes gathered at most before they leave (<c>tx_watermark_high</c>).</param>
/// <param name="overhead">What framing adds to a piece at most.</param>
internal sealed partial class LinkOutput(Mailbox mailbox, ILinkOutputOwner owner, int watermark, int overhead = 0)
{
    private readonly int _smallest = Math.Min(watermark, LinkDefaults.PieceBytes) + overhead;
    private byte[]? _filling;
    private int _size;
    private int _tail;
    private int _released;
    private long _queued;
    private bool _endWanted;
    private bool _isSecret;

    /// <summary>Whether payload may be put in now: the connection is open, this side has not ended, and no write is under way.</summary>
    public bool IsReady => _step == Step.Ready && !_endWanted;

    /// <summary>Whether anything is on its way or waits for a write.</summary>
    public bool IsBusy => _step is Step.Writing or Step.Ending || (_step == Step.Ready && _released > 0);

    /// <summary>Whether the end of this side was sent.</summary>
    public bool HasEnded => _step == Step.Ended;

    /// <summary>Bytes released and not yet taken by the network. From any thread.</summary>
    public long Queued => Volatile.Read(ref _queued);

    /// <summary>Room for payload and its framing in the buffer being filled. 0 when what is there has to leave first.</summary>
    public int Room
    {
        get
        {
            var room = Size - _tail;
            return room - overhead >= LeastRoom ? room : 0;
        }
    }

    private int Size => _size == 0 ? _smallest : _size;

    private int LeastRoom => Math.Min(LinkDefaults.LeastRoomBytes, Math.Max(1, watermark / 4));

    /// <summary>Room behind what is staged, at least <paramref name="bytes"/>: the buffer grows if it must, since a protocol's own frames cannot wait. Valid until the next call.</summary>
    public Span<byte> GetSpan(int bytes)
    {
        mailbox.AssertCurrent();
        _filling ??= ArrayPool<byte>.Shared.Rent(Math.Max(Size, bytes));
        if (_filling.Length - _tail < bytes)
            Grow(bytes);
        return _filling.AsSpan(_tail);
    }

    /// <summary>Stages the first <paramref name="bytes"/> of the last span.</summary>
    public void Advance(int bytes) => _tail += bytes;

    /// <summary>Keeps what is staged: it leaves with the next flush. Room that was asked for and not used goes back.</summary>
    public void ReleaseOnMailbox()
    {
        mailbox.AssertCurrent();
        Interlocked.Add(ref _queued, _tail - _released);
        _released = _tail;
        if (_tail == 0)
            Give(ref _filling);
    }

    /// <summary>What is staged has secrets in it: its buffer is cleared when it has left, or is dropped.</summary>
    public void EraseOnMailbox()
    {
        mailbox.AssertCurrent();
        _isSecret = true;
    }

    /// <summary>Drops what is staged and not released.</summary>
    public void RollbackOnMailbox()
    {
        mailbox.AssertCurrent();
        _tail = _released;
        if (_tail == 0)
            Give(ref _filling);
    }

    /// <summary>Nothing more is sent after what was released: the end of this side follows it with the next flush.</summary>
    public void EndOnMailbox()
    {
        mailbox.AssertCurrent();
        _endWanted = true;
    }

    private static void Give(ref byte[]? buffer)
    {
        if (buffer is { } held)
        {
            buffer = null;
            ArrayPool<byte>.Shared.Return(held);
        }
    }

    /// <summary>The buffer before is left to the collector: a callback may still hold a span of it.</summary>
    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(_tail + bytes);
        _filling.AsSpan(0, _tail).CopyTo(larger);
        if (_isSecret)
            _filling.AsSpan(0, _tail).Clear();
        _filling = larger;
    }
}
