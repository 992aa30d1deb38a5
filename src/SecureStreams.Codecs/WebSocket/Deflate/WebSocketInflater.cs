using System.Buffers;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>
/// Decompresses the messages of one direction of a connection (RFC 7692 section 7.2.2, RFC 1951) into spans that the caller gives: never more than it asks for, never more than a
/// message may have, however much the compressed bytes promise.
/// </summary>
/// <remarks>
/// <para>
/// Memory is rented with the first bytes of a message: a window of what came before (2^bits bytes, 4 KiB at least) and, while a block has codes of its own, 3.2 KiB for those. The
/// codes go back with the end of a message; the window too, cleared, unless the peer may refer to earlier messages. Nothing else is allocated, and nothing outside the managed heap.
/// </para>
/// <para>
/// The platform's own decompressor is not used because it drops what follows a block marked as the last one, which a message may contain (section 7.2.3.5), cannot be bounded to a
/// smaller window and cannot be reused for another message.
/// </para>
/// <para>Not thread-safe. Dispose returns what is rented.</para>
/// </remarks>
public sealed partial class WebSocketInflater : IDisposable
{
    // A window smaller than this would be emptied into the destination very often.
    private const int SmallestBuffer = 4096;

    // What a sender cut off the end of the message (section 7.2.1): the lengths of an empty block.
    private static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    private readonly int _windowBytes;
    private readonly bool _contextTakeover;
    private readonly long _maxMessageBytes;
    private readonly long _maxCompressedBytes;

    // The last bytes that came out, in a circle; a power of two.
    private byte[]? _window;
    private int _mask;
    private int _at;
    private int _known;

    private ulong _bits;
    private int _bitCount;
    private int _tailUsed;
    private bool _fed;
    private long _compressed;
    private long _total;
    private WebSocketInflateStatus _failure = WebSocketInflateStatus.NeedsInput;

    /// <summary>An inflater for what one peer sends.</summary>
    /// <param name="windowBits">The largest window the peer may use, 8 to 15, as agreed; a reference further back is invalid.</param>
    /// <param name="contextTakeover">Whether the peer may refer to bytes of earlier messages.</param>
    /// <param name="maxMessageBytes">How long a message may be when decompressed; at least 1. Twice as many compressed bytes and 64 KiB are taken for one message.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public WebSocketInflater(int windowBits, bool contextTakeover, long maxMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBits, WebSocketDeflateParameters.SmallestWindowBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowBits, WebSocketDeflateParameters.LargestWindowBits);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, 1);
        _windowBytes = 1 << windowBits;
        _contextTakeover = contextTakeover;
        _maxMessageBytes = maxMessageBytes;
        _maxCompressedBytes = maxMessageBytes > (long.MaxValue >> 2) ? long.MaxValue : (2 * maxMessageBytes) + 65536;
    }

    /// <summary>How many bytes of the message have come out so far.</summary>
    public long MessageBytes => _total;

    /// <summary>What is wrong, after <see cref="WebSocketInflateStatus.Invalid"/> or <see cref="WebSocketInflateStatus.TooLarge"/>; null before.</summary>
    public string? Problem { get; private set; }

    /// <summary>Decompresses some bytes.</summary>
    /// <param name="source">The next compressed bytes of the message: the payload of its frames, cut anywhere.</param>
    /// <param name="endOfMessage">Whether these are the last ones of the message.</param>
    /// <param name="destination">Where to; also when it is full already, the end of a message is told.</param>
    /// <param name="consumed">How many bytes of <paramref name="source"/> were taken.</param>
    /// <param name="written">How many bytes of <paramref name="destination"/> were written.</param>
    public WebSocketInflateStatus Inflate(ReadOnlySpan<byte> source, bool endOfMessage, Span<byte> destination, out int consumed, out int written)
    {
        consumed = written = 0;
        if (_failure != WebSocketInflateStatus.NeedsInput)
            return _failure;

        _fed |= !source.IsEmpty;
        var status = WebSocketInflateStatus.NeedsInput;
        if (_tailUsed == 0 && _fed)
        {
            status = Run(source, destination, out consumed, ref written);
            if (_failure == WebSocketInflateStatus.NeedsInput && (_compressed += consumed) > _maxCompressedBytes)
                status = Fail(WebSocketInflateStatus.TooLarge, $"{_compressed} compressed bytes are too many for a message of at most {_maxMessageBytes}");
        }

        if (status == WebSocketInflateStatus.NeedsInput && endOfMessage)
            status = Finish(destination, ref written);
        return status;
    }

    /// <summary>Returns what is rented.</summary>
    public void Dispose()
    {
        if (_failure == WebSocketInflateStatus.NeedsInput)
            Fail(WebSocketInflateStatus.Invalid, "The inflater is disposed");
        ReturnWindow();
        ReturnCodes();
    }

    private WebSocketInflateStatus Finish(Span<byte> destination, ref int written)
    {
        // A message of no bytes at all has no block, and one that ended with a block marked as the last needs none either.
        if (_fed && !(_tailUsed == 0 && _step == Step.AfterLastBlock))
        {
            var status = Run(Tail[_tailUsed..], destination, out var used, ref written);
            _tailUsed += used;
            if (status != WebSocketInflateStatus.NeedsInput)
                return status;
            if (_step is not (Step.Header or Step.AfterLastBlock) || _bitCount != 0)
                return Fail(WebSocketInflateStatus.Invalid, "The message ends in the middle of a compressed block");
        }

        _step = Step.Header;
        _bits = 0;
        _bitCount = _tailUsed = 0;
        _fed = false;
        _total = _compressed = 0;
        ReturnCodes();
        if (!_contextTakeover)
            ReturnWindow();
        return WebSocketInflateStatus.EndOfMessage;
    }

    private WebSocketInflateStatus Run(ReadOnlySpan<byte> source, Span<byte> destination, out int consumed, ref int written)
    {
        RentWindow();
        var bits = new InflateBits(source, _bits, _bitCount);
        WebSocketInflateStatus status;
        do
        {
            // In rounds of at most one buffer, so that nothing is overwritten before the caller has it.
            var allowed = _maxMessageBytes - _total;
            var room = (int)Math.Min(Math.Min(destination.Length - written, _mask + 1), allowed);
            var start = _at;
            status = Decode(ref bits, room, out var produced);
            Give(start, produced, destination[written..]);
            written += produced;
            _total += produced;
            if (status == WebSocketInflateStatus.DestinationFull && _total == _maxMessageBytes)
                status = Fail(WebSocketInflateStatus.TooLarge, $"The message is longer than the {_maxMessageBytes} bytes allowed");
        }
        while (status == WebSocketInflateStatus.DestinationFull && written < destination.Length);

        consumed = bits.Position;
        _bitCount = bits.Count;
        _bits = bits.Bits & ((1UL << bits.Count) - 1);
        return status;
    }

    private void Give(int start, int count, Span<byte> destination)
    {
        var first = Math.Min(count, _mask + 1 - start);
        _window.AsSpan(start, first).CopyTo(destination);
        _window.AsSpan(0, count - first).CopyTo(destination[first..]);
    }

    private void RentWindow()
    {
        if (_window is not null)
            return;
        var size = Math.Max(_windowBytes, SmallestBuffer);
        _window = ArrayPool<byte>.Shared.Rent(size);
        _mask = size - 1;
        _at = _known = 0;
    }

    private void ReturnWindow()
    {
        if (_window is null)
            return;

        // What peers sent is nobody else's business; what was never written needs no clearing.
        _window.AsSpan(0, Math.Min(_known, _mask + 1)).Clear();
        ArrayPool<byte>.Shared.Return(_window);
        _window = null;
    }

    private WebSocketInflateStatus Fail(WebSocketInflateStatus status, string problem)
    {
        _failure = status;
        Problem = problem;
        return status;
    }
}
