using System.Buffers;
using System.IO.Compression;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>Compresses the messages of one direction of a connection (RFC 7692 section 7.2.1), with the platform's compressor.</summary>
/// <remarks>
/// <para>
/// That compressor has one window, of 32 KiB. Where less was agreed it is replaced by a new one after as many bytes as the agreed window has: what is never seen is never referred to.
/// Where each message begins anew, it is replaced with each. Making one takes 2 to 3 microseconds and 200 bytes for the collector; a message in an existing one allocates nothing.
/// </para>
/// <para>
/// A compressor holds 200 to 300 KiB outside the managed heap. With context takeover it lives until <see cref="ReleaseContext"/> or Dispose, else until the end of the message.
/// </para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed class WebSocketDeflater : IDisposable
{
    private readonly DeflateSink _sink = new();
    private readonly bool _contextTakeover;
    private readonly CompressionLevel _level;
    private readonly int _windowBytes;

    private DeflateStream? _stream;
    private int _left;
    private bool _disposed;

    /// <summary>A compressor for what one side sends.</summary>
    /// <param name="windowBits">How far back it may refer, as a power of two, 8 to 15, as agreed.</param>
    /// <param name="contextTakeover">Whether it may refer to earlier messages.</param>
    /// <param name="level">How hard it tries; <see cref="CompressionLevel.Fastest"/> by default, for messages wait for it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The window is outside its range.</exception>
    public WebSocketDeflater(int windowBits, bool contextTakeover, CompressionLevel level = CompressionLevel.Fastest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBits, WebSocketDeflateParameters.SmallestWindowBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windowBits, WebSocketDeflateParameters.LargestWindowBits);
        _windowBytes = 1 << windowBits;
        _contextTakeover = contextTakeover;
        _level = level;
    }

    /// <summary>Compresses a part of a message, or all of it. All that was given can be decompressed from what was written, so each call may become a frame.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="endOfMessage">Whether the message ends with them.</param>
    /// <param name="destination">Where to. Bytes that do not compress come out up to an eighth longer, and a few bytes more for each call and each window.</param>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public void Compress(ReadOnlySpan<byte> source, bool endOfMessage, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (source.IsEmpty)
        {
            // Every call ends at the boundary of a byte, so this is the first byte of an empty block, whose tail is cut (section 7.2.3.6). Without an end there is nothing to say.
            if (endOfMessage)
            {
                destination.Write("\0"u8);
                EndMessage();
            }

            return;
        }

        _sink.Direct(destination);
        while (true)
        {
            var part = Next(source);
            source = source[part.Length..];
            _stream!.Write(part);
            _stream.Flush();
            if (source.IsEmpty)
                break;
            _sink.Release();
        }

        if (endOfMessage)
            _sink.CutTail();
        else
            _sink.Release();
        _sink.Leave();
        if (endOfMessage)
            EndMessage();
    }

    /// <summary>
    /// Gives up the memory that what was compressed before is kept in; what follows begins anew, also in the middle of a message, and every peer takes that. For a connection that
    /// is idle, and for output that is not sent after all.
    /// </summary>
    public void ReleaseContext() => DropStream();

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        DropStream();
    }

    private void EndMessage()
    {
        if (!_contextTakeover)
            DropStream();
    }

    /// <summary>As much of the source as the present compressor may still see, or a new one.</summary>
    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> source)
    {
        if (_windowBytes == 1 << WebSocketDeflateParameters.LargestWindowBits)
        {
            _stream ??= new DeflateStream(_sink, _level, leaveOpen: true);
            return source;
        }

        if (_left == 0)
            DropStream();
        if (_stream is null)
        {
            _stream = new DeflateStream(_sink, _level, leaveOpen: true);
            _left = _windowBytes;
        }

        var part = source[..Math.Min(source.Length, _left)];
        _left -= part.Length;
        return part;
    }

    private void DropStream()
    {
        // A compressor says its last words when it is disposed: an end mark that no message has.
        _sink.IsMuted = true;
        _stream?.Dispose();
        _stream = null;
        _sink.IsMuted = false;
    }
}
