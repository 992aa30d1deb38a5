using System.Text;

namespace SecureStreams.Policy;

/// <summary>The bytes of one document and the way from a byte offset to a line and column.</summary>
internal sealed class SourceText
{
    /// <summary>Documents on one line are common (minified), so characters before every 1024th byte are counted once.</summary>
    private const int Block = 1024;

    private readonly int[] _lineStarts;
    private readonly int[]? _charsBeforeBlock;
    private int _lastLine;

    /// <param name="file">What messages call it.</param>
    /// <param name="bytes">UTF-8; kept.</param>
    public SourceText(string file, ReadOnlyMemory<byte> bytes)
    {
        File = file;
        Bytes = bytes;
        Start = bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        _lineStarts = LineStarts(bytes.Span, Start);
        if (!Ascii.IsValid(bytes.Span[Start..]))
            _charsBeforeBlock = CharsBeforeBlocks(bytes.Span);
    }

    public string File { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The first byte after a byte order mark.</summary>
    public int Start { get; }

    /// <summary>Offset of the first byte of the line that the JSON reader, counting from 0, calls <paramref name="line"/>.</summary>
    public int LineStart(long line) => line < _lineStarts.Length ? _lineStarts[(int)line] : Bytes.Length;

    /// <summary>1-based line and column; an offset beyond the end counts as the end.</summary>
    public PolicyLocation Locate(int offset)
    {
        offset = Math.Clamp(offset, Start, Math.Max(Start, Bytes.Length));
        var line = LineOf(offset);
        var column = _charsBeforeBlock is null ? offset - _lineStarts[line] : CharsBefore(offset) - CharsBefore(_lineStarts[line]);
        return new PolicyLocation(File, line + 1, column + 1);
    }

    private int LineOf(int offset)
    {
        // Places are asked for in the order of the text, by and large.
        var line = _lastLine;
        if (_lineStarts[line] <= offset && (line + 1 == _lineStarts.Length || offset < _lineStarts[line + 1]))
            return line;

        var index = Array.BinarySearch(_lineStarts, offset);
        return _lastLine = index >= 0 ? index : ~index - 1;
    }

    private static int[] LineStarts(ReadOnlySpan<byte> text, int start)
    {
        var starts = new int[text[start..].Count((byte)'\n') + 1];
        starts[0] = start;
        for (var line = 1; line < starts.Length; line++)
            starts[line] = starts[line - 1] + text[starts[line - 1]..].IndexOf((byte)'\n') + 1;
        return starts;
    }

    private static int[] CharsBeforeBlocks(ReadOnlySpan<byte> text)
    {
        var before = new int[(text.Length / Block) + 1];
        for (var block = 1; block < before.Length; block++)
            before[block] = before[block - 1] + CountChars(text.Slice((block - 1) * Block, Block));
        return before;
    }

    private int CharsBefore(int offset)
    {
        var block = offset / Block;
        return _charsBeforeBlock![block] + CountChars(Bytes.Span[(block * Block)..offset]);
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
