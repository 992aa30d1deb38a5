namespace SecureStreams.Policy;

/// <summary>The bytes of one document and the way from a byte offset to a line and column.</summary>
internal sealed class SourceText
{
    /// <summary>Documents on one line are common (minified), so characters before every 1024th byte are counted once.</summary>
    private const int Block = 1024;

    private readonly List<int> _lineStarts = [];
    private readonly int[] _charsBeforeBlock;

    public SourceText(string file, ReadOnlyMemory<byte> bytes)
    {
        File = file;
        Bytes = bytes;
        Start = bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        _lineStarts.Add(Start);
        var span = bytes.Span;
        for (var i = Start; i < span.Length; i++)
        {
            if (span[i] == (byte)'\n')
                _lineStarts.Add(i + 1);
        }

        _charsBeforeBlock = new int[(span.Length / Block) + 1];
        for (var block = 1; block < _charsBeforeBlock.Length; block++)
            _charsBeforeBlock[block] = _charsBeforeBlock[block - 1] + CountChars(span.Slice((block - 1) * Block, Block));
    }

    public string File { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The first byte after a byte order mark.</summary>
    public int Start { get; }

    /// <summary>Offset of the first byte of the line that the JSON reader, counting from 0, calls <paramref name="line"/>.</summary>
    public int LineStart(long line) => line < _lineStarts.Count ? _lineStarts[(int)line] : Bytes.Length;

    /// <summary>1-based line and column; an offset beyond the end counts as the end.</summary>
    public PolicyLocation Locate(int offset)
    {
        offset = Math.Clamp(offset, Start, Math.Max(Start, Bytes.Length));
        var index = _lineStarts.BinarySearch(offset);
        var line = index >= 0 ? index : ~index - 1;
        return new PolicyLocation(File, line + 1, CharsBefore(offset) - CharsBefore(_lineStarts[line]) + 1);
    }

    private int CharsBefore(int offset)
    {
        var block = offset / Block;
        return _charsBeforeBlock[block] + CountChars(Bytes.Span[(block * Block)..offset]);
    }

    /// <summary>UTF-16 characters that begin in <paramref name="bytes"/>; unlike a decoder it may start in the middle of a character.</summary>
    private static int CountChars(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        foreach (var one in bytes)
        {
            if ((one & 0xC0) != 0x80)
                count += one >= 0xF0 ? 2 : 1;
        }

        return count;
    }
}
