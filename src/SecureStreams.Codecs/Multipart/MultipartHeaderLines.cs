using System.Buffers;
using System.Text;

namespace SecureStreams.Codecs.Multipart;

/// <summary>The headers of a part, lines that end with CRLF, the last one empty. A line that begins with a blank goes on with the one before (RFC 5322 section 2.2.3).</summary>
internal ref struct MultipartHeaderLines(ReadOnlySpan<byte> head)
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private ReadOnlySpan<byte> _rest = head;

    /// <summary>The line that was moved to.</summary>
    public MultipartHeaderLine Current { get; private set; }

    /// <summary>What is wrong with a head that has its empty line; null when nothing is.</summary>
    public static string? ProblemOf(ReadOnlySpan<byte> head)
    {
        var lines = new MultipartHeaderLines(head);
        var count = 0;
        while (!lines._rest.IsEmpty && !lines._rest.SequenceEqual("\r\n"u8))
        {
            var line = lines.Take();
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes))
                return "a header of a part has no name";
            if (++count > MultipartReader.MaxHeaders)
                return $"a part has more than {MultipartReader.MaxHeaders} headers";
            for (var i = colon + 1; i < line.Length; i++)
            {
                // Line ends are those of folded lines: anything else would be read differently by somebody else.
                var isFold = line[i] == '\r' && i + 2 < line.Length && line[i + 1] == '\n' && line[i + 2] is (byte)' ' or (byte)'\t';
                if (isFold)
                    i++;
                else if (line[i] is < (byte)' ' and not (byte)'\t' or 0x7f)
                    return "a header of a part has a control character";
            }
        }

        return null;
    }

    public readonly MultipartHeaderLines GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty || _rest.SequenceEqual("\r\n"u8))
            return false;
        Current = new MultipartHeaderLine(Take());
        return true;
    }

    /// <summary>The next line with all that it goes on with, without its end.</summary>
    private ReadOnlySpan<byte> Take()
    {
        var from = 0;
        while (true)
        {
            var end = _rest[from..].IndexOf("\r\n"u8);
            if (end < 0)
            {
                // A bare line feed ended the head's line: nothing of it passes the check.
                var all = _rest;
                _rest = default;
                return all;
            }

            from += end + 2;
            if (from < _rest.Length && _rest[from] is (byte)' ' or (byte)'\t')
                continue;
            var line = _rest[..(from - 2)];
            _rest = _rest[from..];
            return line;
        }
    }

    /// <summary>One header.</summary>
    internal readonly ref struct MultipartHeaderLine(ReadOnlySpan<byte> line)
    {
        private readonly ReadOnlySpan<byte> _line = line;

        public string Name => Encoding.ASCII.GetString(_line[.._line.IndexOf((byte)':')]);

        public string Value
        {
            get
            {
                var value = Encoding.UTF8.GetString(_line[(_line.IndexOf((byte)':') + 1)..]).Trim(' ', '\t', '\r', '\n');
                return value.Contains('\r', StringComparison.Ordinal)
                    ? string.Join(' ', value.Split("\r\n").Select(static one => one.Trim(' ', '\t')))
                    : value;
            }
        }

        public bool IsNamed(string name)
        {
            var own = _line[.._line.IndexOf((byte)':')];
            return own.Length == name.Length && Ascii.EqualsIgnoreCase(own, name);
        }
    }
}
