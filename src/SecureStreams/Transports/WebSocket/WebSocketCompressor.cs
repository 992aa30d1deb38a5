using System.Buffers;
using SecureStreams.Codecs.WebSocket.Deflate;

namespace SecureStreams.Transports.WebSocket;

/// <summary>Where pieces are filled in that are compressed before they leave, and what becomes of them. Its buffers are rented while pieces are staged only.</summary>
/// <param name="deflater">Owned.</param>
internal sealed class WebSocketCompressor(WebSocketDeflater deflater) : IBufferWriter<byte>, IDisposable
{
    private byte[]? _piece;
    private byte[]? _output;
    private int _written;
    private bool _isAhead;

    /// <summary>Room for the next piece. Valid until <see cref="Release"/> or <see cref="Rollback"/>.</summary>
    public Span<byte> GetSpan(int bytes)
    {
        if (_piece is null || _piece.Length < bytes)
        {
            Return(ref _piece);
            _piece = ArrayPool<byte>.Shared.Rent(bytes);
        }

        return _piece.AsSpan(0, bytes);
    }

    /// <summary>Compresses the first <paramref name="bytes"/> of the piece.</summary>
    /// <returns>The payload of a frame. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Compress(int bytes, bool endOfMessage)
    {
        _written = 0;
        _isAhead = true;
        deflater.Compress(_piece.AsSpan(0, bytes), endOfMessage, this);
        return _output.AsSpan(0, _written);
    }

    /// <summary>What was compressed leaves.</summary>
    public void Release()
    {
        _isAhead = false;
        ReturnBuffers();
    }

    /// <summary>What was compressed since the last release does not leave: the peer will not know it, so nothing may refer to it.</summary>
    public void Rollback()
    {
        if (_isAhead)
            deflater.ReleaseContext();
        _isAhead = false;
        ReturnBuffers();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A callback that is under way may still fill its piece: that array is left to the collector.
        _piece = null;
        ReturnBuffers();
        deflater.Dispose();
    }

    void IBufferWriter<byte>.Advance(int count) => _written += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(sizeHint);
        return _output.AsMemory(_written);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        Reserve(sizeHint);
        return _output.AsSpan(_written);
    }

    private void Reserve(int sizeHint)
    {
        var wanted = _written + Math.Max(sizeHint, 1);
        if (_output is not null && _output.Length >= wanted)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, 4096));
        _output.AsSpan(0, _written).CopyTo(larger);
        Return(ref _output);
        _output = larger;
    }

    private void ReturnBuffers()
    {
        Return(ref _piece);
        Return(ref _output);
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is { } held)
            ArrayPool<byte>.Shared.Return(held);
        buffer = null;
    }
}
