using System.Buffers;

namespace SecureStreams.Transports.LocalSink;

/// <summary>
/// A pooled buffer that small pieces share: buffers of their own would outnumber what the pool keeps. It goes back to the pool when the writer packs into another one and the
/// reader has taken every piece.
/// </summary>
internal sealed class LocalSinkChunk
{
    private byte[] _buffer = [];
    private int _used;
    private int _holders;

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<byte> Content => _buffer;

    /// <summary>Takes a buffer; whoever calls holds it.</summary>
    public void Begin()
    {
        _buffer = ArrayPool<byte>.Shared.Rent(LocalSinkWriter.PieceBytes);
        _used = 0;
        Volatile.Write(ref _holders, 1);
    }

    /// <summary>Copies a piece in, which holds it then. By the writer, which holds it too.</summary>
    /// <returns>Where it stands; -1 when it does not fit.</returns>
    public int Pack(ReadOnlySpan<byte> piece)
    {
        if (_used + piece.Length > LocalSinkWriter.PieceBytes)
            return -1;
        var at = _used;
        piece.CopyTo(_buffer.AsSpan(at));
        _used += piece.Length;
        Interlocked.Increment(ref _holders);
        return at;
    }

    /// <summary>One holder less; true when it was the last, and the chunk may begin anew.</summary>
    public bool Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return false;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        return true;
    }
}
