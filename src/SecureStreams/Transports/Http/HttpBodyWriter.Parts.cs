namespace SecureStreams.Transports.Http;

/// <summary>The parts of a multipart body: what frames them goes around the payload as it leaves, so that a callback's room is payload alone.</summary>
internal sealed partial class HttpBodyWriter
{
    private int _part;
    private bool _headDue;
    private bool _partEnded;

    /// <summary>The parts; null for a plain body.</summary>
    public HttpMultipart? Parts => parts;

    /// <summary>The streamtype whose part is wanted; null for a plain body.</summary>
    public string? Rideshare => parts?.StreamTypeOf(Volatile.Read(ref _part));

    /// <summary>What was staged is kept: it may end its part, and that or the announced length the body.</summary>
    private void ReleasePart()
    {
        _partEnded |= _endStaged;
        _ended |= (_endStaged && _part == parts!.Count - 1) || (_open && _total == length);
    }

    /// <summary>After everything released has left: whether another part begins.</summary>
    private bool NextPart()
    {
        if (!_partEnded)
            return false;
        _partEnded = false;
        _headDue = true;
        Volatile.Write(ref _part, _part + 1);
        return true;
    }

    private void ResetParts()
    {
        Volatile.Write(ref _part, 0);
        _headDue = true;
        _partEnded = false;
    }

    /// <summary>Sends the first bytes of the buffer with what stands before and after them.</summary>
    private ValueTask SendFramed(int bytes)
    {
        // Now, on the mailbox: the writes may go on after it has been left.
        var pieces = new List<ReadOnlyMemory<byte>>(4);
        if (_headDue)
            pieces.Add(parts!.HeadOf(_part));
        _headDue = false;
        if (bytes > 0)
            pieces.Add(_buffer.AsMemory(0, bytes));
        if (_ended)
        {
            // Where the announced length ran out early, what is left of the parts is empty.
            for (var i = _part + 1; i < parts!.Count; i++)
                pieces.Add(parts.HeadOf(i));
            pieces.Add(parts.End);
        }

        return WriteAllAsync(_stream!, pieces, _cancellation);
    }

    private static async ValueTask WriteAllAsync(Stream stream, List<ReadOnlyMemory<byte>> pieces, CancellationToken cancellation)
    {
        foreach (var piece in pieces)
            await stream.WriteAsync(piece, cancellation).ConfigureAwait(false);
    }
}
