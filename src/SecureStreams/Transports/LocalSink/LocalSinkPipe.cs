using System.Buffers;
using System.Collections.Concurrent;

namespace SecureStreams.Transports.LocalSink;

/// <summary>
/// One direction between two ends: a bounded queue that one mailbox fills and another empties. No lock: each side posts to the other when there is something to read or
/// room again, once until it has been seen.
/// </summary>
/// <param name="high">No more is asked for while this much waits.</param>
/// <param name="low">More is asked for again when no more than this waits.</param>
internal sealed class LocalSinkPipe(int high, int low)
{
    private readonly ConcurrentQueue<LocalSinkPiece> _pieces = new();
    private LocalSinkTransport? _writer;
    private LocalSinkTransport? _reader;
    private LocalSinkChunk? _packing;
    private LocalSinkChunk? _spare;
    private TransportFailure? _end;
    private long _cost;
    private long _bytes;
    private int _blocked;
    private int _told;
    private int _complete;
    private int _readerGone;

    /// <summary>Bytes of payload that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether nothing more will be written. Asked for before the last look at what waits.</summary>
    public bool IsComplete => Volatile.Read(ref _complete) != 0;

    /// <summary>Why nothing more will be written; null where it ended as it should. Once <see cref="IsComplete"/>.</summary>
    public TransportFailure? End => _end;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _pieces.IsEmpty;

    /// <summary>Names the ends. Before either uses it.</summary>
    public void Join(LocalSinkTransport writer, LocalSinkTransport reader)
    {
        Volatile.Write(ref _writer, writer);
        Interlocked.Exchange(ref _reader, reader);
    }

    /// <summary>Whether <paramref name="staged"/> more may be followed by yet more.</summary>
    public bool HasRoom(long staged) => Interlocked.Read(ref _cost) + staged < high;

    /// <summary>The chunk that small pieces are packed into, until the next write gives it back; null when there is none. By the writer.</summary>
    public LocalSinkChunk? TakePacking() => Interlocked.Exchange(ref _packing, null);

    /// <summary>An empty chunk, held by the caller. By the writer.</summary>
    public LocalSinkChunk NewChunk()
    {
        var chunk = Interlocked.Exchange(ref _spare, null) ?? new LocalSinkChunk();
        chunk.Begin();
        return chunk;
    }

    /// <summary>The caller does not hold a chunk any more.</summary>
    public void Release(LocalSinkChunk? chunk)
    {
        if (chunk?.Release() == true)
            Volatile.Write(ref _spare, chunk);
    }

    /// <summary>Gives back what a piece holds.</summary>
    public void Drop(in LocalSinkPiece piece)
    {
        Release(piece.Chunk);
        if (piece.Buffer is not null)
            ArrayPool<byte>.Shared.Return(piece.Buffer);
    }

    /// <summary>Writes pieces, which belong to the pipe from then on. By the writer.</summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="packing">The chunk the writer packs into. It stays with the pipe, where the reader lets it go once nothing waits: an idle end holds no buffer.</param>
    /// <returns>Whether more may follow at once; else the writer is told when it may.</returns>
    public bool Write(List<LocalSinkPiece> pieces, LocalSinkChunk? packing)
    {
        long cost = 0;
        long bytes = 0;
        foreach (var piece in pieces)
        {
            cost += piece.Cost;
            bytes += piece.Length;
        }

        // Counted before they can be taken, so that no count is ever below zero.
        var waits = Interlocked.Add(ref _cost, cost);
        Interlocked.Add(ref _bytes, bytes);
        foreach (var piece in pieces)
            _pieces.Enqueue(piece);

        // Before the reader is told, so that it finds it when it has read all.
        Release(Interlocked.Exchange(ref _packing, packing));
        if (Volatile.Read(ref _readerGone) != 0)
            Clear();
        else
            TellReader();
        if (waits < high)
            return true;

        // The reader may have been at it meanwhile, and have seen nobody who waits.
        Interlocked.Exchange(ref _blocked, 1);
        return Interlocked.Read(ref _cost) <= low && Interlocked.Exchange(ref _blocked, 0) != 0;
    }

    /// <summary>Nothing more will be written: the reader is told behind all that was. Only the first time counts. By the writer.</summary>
    public void Complete(TransportFailure? end)
    {
        if (IsComplete)
            return;
        _end = end;
        Interlocked.Exchange(ref _complete, 1);
        TellReader();
    }

    /// <summary>What is written from now on is told anew. By the reader, before it reads.</summary>
    public void BeginRead() => Interlocked.Exchange(ref _told, 0);

    /// <summary>Takes a piece, which the reader returns. By the reader.</summary>
    public bool TryRead(out LocalSinkPiece piece)
    {
        if (_pieces.TryDequeue(out piece))
            return true;
        Release(TakePacking());
        return false;
    }

    /// <summary>A piece is done with: its buffer goes back, and the writer may go on. By the reader.</summary>
    public void Took(in LocalSinkPiece piece)
    {
        Drop(piece);
        Interlocked.Add(ref _bytes, -piece.Length);
        if (Interlocked.Add(ref _cost, -piece.Cost) <= low && Volatile.Read(ref _blocked) != 0 && Interlocked.Exchange(ref _blocked, 0) != 0)
            _writer?.Post(LocalSinkFact.Writable);
    }

    /// <summary>Nothing more will be read: what waits is dropped, and what comes. By the reader.</summary>
    public void Abandon()
    {
        Interlocked.Exchange(ref _readerGone, 1);
        Clear();
    }

    private void TellReader()
    {
        if (Volatile.Read(ref _reader) is { } reader && Interlocked.Exchange(ref _told, 1) == 0)
            reader.Post(LocalSinkFact.Readable);
    }

    // By either end, once the reader is gone.
    private void Clear()
    {
        while (TryRead(out var piece))
            Took(piece);
    }
}
