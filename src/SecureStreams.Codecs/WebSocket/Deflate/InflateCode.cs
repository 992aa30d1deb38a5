namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>
/// A Huffman code of RFC 1951 section 3.2.2, ready to decode from: codes of up to <see cref="FastBits"/> bits by one look into a table, longer ones bit by bit.
/// </summary>
/// <remarks>It is laid out in one span, so that one rented array can hold all that a block needs: how many codes there are of each length, the symbols in the order of their codes, the table.</remarks>
internal static class InflateCode
{
    /// <summary>How many numbers one code takes.</summary>
    public const int Size = Counts + Symbols + (1 << FastBits);

    private const int FastBits = 9;
    private const int MostBits = 15;
    private const int Counts = MostBits + 1;
    private const int Symbols = 288;

    /// <summary>Lays out the code that these lengths make.</summary>
    /// <param name="code">Where, <see cref="Size"/> numbers.</param>
    /// <param name="lengths">For each symbol how many bits its code has, zero when it has none.</param>
    /// <param name="mayBeSingle">Whether a code of one symbol with one bit is valid, although half of it has no meaning; one without any symbol then is valid too.</param>
    /// <returns>False when the lengths make no code: too many codes of some length, or gaps.</returns>
    public static bool TryBuild(Span<ushort> code, ReadOnlySpan<byte> lengths, bool mayBeSingle)
    {
        var counts = code[..Counts];
        var symbols = code.Slice(Counts, Symbols);
        var fast = code.Slice(Counts + Symbols, 1 << FastBits);
        counts.Clear();
        fast.Clear();
        foreach (var length in lengths)
            counts[length]++;

        var used = lengths.Length - counts[0];
        counts[0] = 0;
        var free = 1;
        for (var length = 1; length <= MostBits; length++)
        {
            free = (free << 1) - counts[length];
            if (free < 0)
                return false;
        }

        if (free > 0 && !(mayBeSingle && (used == 0 || (used == 1 && counts[1] == 1))))
            return false;

        Span<int> next = stackalloc int[Counts];
        Span<int> place = stackalloc int[Counts];
        for (var length = 1; length < MostBits; length++)
        {
            next[length + 1] = (next[length] + counts[length]) << 1;
            place[length + 1] = place[length] + counts[length];
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0)
                continue;
            symbols[place[length]++] = (ushort)symbol;
            var bits = next[length]++;
            if (length > FastBits)
                continue;

            // Codes come with their first bit lowest, numbers with theirs highest.
            var entry = (ushort)((symbol << 4) | length);
            for (var at = Reverse(bits, length); at < 1 << FastBits; at += 1 << length)
                fast[at] = entry;
        }

        return true;
    }

    /// <summary>Decodes the next symbol.</summary>
    /// <param name="code">What <see cref="TryBuild"/> laid out.</param>
    /// <param name="bits">What comes next, first bit lowest.</param>
    /// <param name="count">How many of <paramref name="bits"/> have come.</param>
    /// <returns>The symbol times 16 plus the number of its bits; 0 when more bits are needed; -1 when no symbol has these bits.</returns>
    public static int Decode(ReadOnlySpan<ushort> code, ulong bits, int count)
    {
        int entry = code[Counts + Symbols + (int)(bits & ((1 << FastBits) - 1))];
        if (entry != 0)
            return (entry & 15) <= count ? entry : 0;
        return DecodeSlowly(code, bits, count);
    }

    private static int DecodeSlowly(ReadOnlySpan<ushort> code, ulong bits, int count)
    {
        int number = 0, first = 0, place = 0;
        for (var length = 1; length <= MostBits; length++)
        {
            if (length > count)
                return 0;
            number |= (int)(bits & 1);
            bits >>= 1;
            int codes = code[length];
            if (number - codes < first)
                return (code[Counts + place + number - first] << 4) | length;
            place += codes;
            first = (first + codes) << 1;
            number <<= 1;
        }

        return -1;
    }

    private static int Reverse(int bits, int length)
    {
        var reversed = 0;
        for (var bit = 0; bit < length; bit++)
            reversed |= ((bits >> bit) & 1) << (length - 1 - bit);
        return reversed;
    }
}
