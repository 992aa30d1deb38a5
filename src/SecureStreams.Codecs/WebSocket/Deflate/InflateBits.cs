using System.Buffers.Binary;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>Bits out of bytes, lowest first (RFC 1951 section 3.1.1); those of a byte that are left over are carried from one span to the next.</summary>
internal ref struct InflateBits
{
    private readonly ReadOnlySpan<byte> _source;

    public InflateBits(ReadOnlySpan<byte> source, ulong bits, int count)
    {
        _source = source;
        Bits = bits;
        Count = count;
    }

    /// <summary>What comes next, lowest first. Bits at <see cref="Count"/> and above are meaningless.</summary>
    public ulong Bits { get; private set; }

    /// <summary>How many of <see cref="Bits"/> there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes of the span were taken.</summary>
    public int Position { get; private set; }

    /// <summary>Takes bytes until there are at least 56 bits or no more bytes.</summary>
    public void Fill()
    {
        if (_source.Length - Position >= sizeof(ulong))
        {
            Bits |= BinaryPrimitives.ReadUInt64LittleEndian(_source[Position..]) << Count;
            Position += (63 - Count) >> 3;
            Count |= 56;
            return;
        }

        while (Count < 56 && Position < _source.Length)
        {
            Bits |= (ulong)_source[Position++] << Count;
            Count += 8;
        }
    }

    /// <summary>Drops bits, of which there must be so many.</summary>
    public void Drop(int count)
    {
        Bits >>= count;
        Count -= count;
    }

    /// <summary>Takes so many bits (at most 16), or says that they have not come.</summary>
    public bool TryTake(int count, out int value)
    {
        if (Count < count)
            Fill();
        value = (int)(Bits & ((1UL << count) - 1));
        if (Count < count)
            return false;
        Drop(count);
        return true;
    }

    /// <summary>Drops what is left of the byte begun.</summary>
    public void Align() => Drop(Count & 7);

    /// <summary>Copies whole bytes; only at the boundary of a byte.</summary>
    public int Copy(Span<byte> destination)
    {
        var copied = 0;
        while (Count > 0 && copied < destination.Length)
        {
            destination[copied++] = (byte)Bits;
            Drop(8);
        }

        // What Fill read beyond Count is read again from here, and must not be there twice.
        if (Count == 0)
            Bits = 0;
        var rest = Math.Min(destination.Length - copied, _source.Length - Position);
        _source.Slice(Position, rest).CopyTo(destination[copied..]);
        Position += rest;
        return copied + rest;
    }
}
