using System.Buffers;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Http;

/// <summary>The body of an answer. A buffer is held from the first piece to the write that it leaves in.</summary>
internal sealed class HttpServerWriter(HttpServerTransport owner, int watermark) : TransportWriter
{
    private readonly int _capacity = Math.Clamp(watermark, LinkDefaults.PieceBytes, LinkDefaults.BusyReadBytes);
    private byte[]? _buffer;
    private int _released;
    private int _staged;
    private bool _endStaged;
    private long _sent;
    private long _queued;

    /// <summary>The length that was announced; null for none.</summary>
    public long? Announced { get; set; }

    /// <summary>Whether only the head of the answer is asked for (HEAD, RFC 9110 section 9.3.2): the answer is whole with it, whatever length it announces.</summary>
    public bool IsHeadOnly { get; init; }

    /// <summary>Whether the body's end was released.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether the end came before the announced length was reached.</summary>
    public bool IsShort => HasEnded && !IsHeadOnly && Announced is { } announced && _sent + _released < announced;

    /// <summary>Whether what is announced is all there is to send: nothing, or to one that asks for the head alone.</summary>
    public bool IsOnlyHead => Announced is { } announced && (announced == 0 || IsHeadOnly);

    /// <inheritdoc/>
    /// <remarks>Of nothing there is nothing to ask the application for: it would be given no room.</remarks>
    public override bool IsWritable => owner.MayWrite && !HasEnded && !IsOnlyHead;

    /// <inheritdoc/>
    public override bool MoreRoom => IsWritable && !_endStaged && Room > 0;

    /// <inheritdoc/>
    public override long Queued => Interlocked.Read(ref _queued);

    private int Room => (int)Math.Min(_capacity - _released - _staged, Announced is { } announced ? Math.Max(0, announced - _sent - _released - _staged) : int.MaxValue);

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        if (!MoreRoom)
            return [];
        _buffer ??= ArrayPool<byte>.Shared.Rent(_capacity);
        return _buffer.AsSpan(_released + _staged, Math.Min(Room, LinkDefaults.PieceBytes));
    }

    /// <inheritdoc/>
    public override void Advance(int bytes, SsTxFlags flags)
    {
        // A span may have been taken before the answer was let go: then there is nowhere to put it.
        if (!IsWritable || _endStaged)
            return;
        _staged += bytes;
        _endStaged = (flags & (SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream)) != 0 || (Announced is { } announced && _sent + _released + _staged >= announced);
    }

    /// <inheritdoc/>
    public override long ReleaseOnMailbox()
    {
        var kept = _staged;
        _released += _staged;
        _staged = 0;
        Interlocked.Exchange(ref _queued, _released);
        HasEnded |= _endStaged;
        _endStaged = false;
        return kept;
    }

    /// <inheritdoc/>
    public override void RollbackOnMailbox()
    {
        _staged = 0;
        _endStaged = false;
    }

    /// <inheritdoc/>
    public override bool FlushOnMailbox() => owner.FlushOnMailbox();

    /// <summary>The answer has no body, and is complete.</summary>
    public void EndEmpty() => HasEnded = true;

    /// <summary>What leaves now.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var bytes = _buffer.AsMemory(0, _released);
        _sent += _released;
        _released = 0;
        return bytes;
    }

    /// <summary>What was taken has left, or never will.</summary>
    public void Return()
    {
        Interlocked.Exchange(ref _queued, 0);
        if (_buffer is not { } held || _staged > 0)
            return;
        _buffer = null;
        ArrayPool<byte>.Shared.Return(held);
    }

    /// <summary>Nothing more is sent. A buffer that is being filled is left to the collector: a callback may hold a span of it.</summary>
    public void Abandon()
    {
        HasEnded = true;
        Interlocked.Exchange(ref _queued, 0);
    }
}
