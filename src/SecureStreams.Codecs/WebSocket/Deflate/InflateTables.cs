namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>The numbers of RFC 1951 sections 3.2.5 to 3.2.7.</summary>
internal static class InflateTables
{
    /// <summary>The symbol that ends a block; below are bytes, above are lengths.</summary>
    public const int EndOfBlock = 256;

    /// <summary>The code for bytes and lengths of a block with fixed codes.</summary>
    public static ushort[] FixedLiterals { get; } = Build(288, static symbol => symbol switch { < 144 => 8, < 256 => 9, < 280 => 7, _ => 8 });

    /// <summary>The code for distances of a block with fixed codes; two of its symbols have no meaning.</summary>
    public static ushort[] FixedDistances { get; } = Build(32, static _ => 5);

    /// <summary>In which order the lengths of the code for code lengths come.</summary>
    public static ReadOnlySpan<byte> LengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>The length that a symbol above <see cref="EndOfBlock"/> begins at; symbol 257 is the first.</summary>
    public static ReadOnlySpan<ushort> LengthBase =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    /// <summary>How many bits then add to it.</summary>
    public static ReadOnlySpan<byte> LengthExtra => [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>The distance that a symbol begins at.</summary>
    public static ReadOnlySpan<ushort> DistanceBase =>
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];

    /// <summary>How many bits then add to it.</summary>
    public static ReadOnlySpan<byte> DistanceExtra => [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    private static ushort[] Build(int symbols, Func<int, int> length)
    {
        Span<byte> lengths = stackalloc byte[symbols];
        for (var symbol = 0; symbol < symbols; symbol++)
            lengths[symbol] = (byte)length(symbol);
        var code = new ushort[InflateCode.Size];
        if (!InflateCode.TryBuild(code, lengths, mayBeSingle: false))
            throw new InvalidOperationException("The fixed codes are complete.");
        return code;
    }
}
