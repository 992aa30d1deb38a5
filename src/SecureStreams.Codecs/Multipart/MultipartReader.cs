using System.Text;

namespace SecureStreams.Codecs.Multipart;

/// <summary>
/// Takes a multipart body apart as it arrives, in pieces cut anywhere (RFC 2046 section 5.1). Not for two threads at a time.
/// </summary>
/// <remarks>
/// Payload is given out in place, without a copy; a buffer is held only for the headers of a part. Line ends are CRLF and nothing else. A line that begins with the
/// boundary is a delimiter, as the specification has it, and what stands behind the boundary must then be blanks or the two hyphens of the last one.
/// </remarks>
public sealed class MultipartReader
{
    /// <summary>How many headers a part may have.</summary>
    public const int MaxHeaders = 64;

    private const int FirstRoom = 256;

    // CR LF hyphen hyphen boundary. CR is only at its beginning, so a partial match that breaks can begin anew at the byte that broke it and nowhere before.
    private readonly byte[] _delimiter;
    private readonly int _maxHeaderBytes;
    private byte[] _head = [];
    private int _headLength;
    private int _padding;
    private int _matched = 2; // A body may begin with its delimiter, as if a line had ended before it.
    private bool _lineIsVirtual = true;
    private State _state = State.Preamble;

    /// <summary>Makes one for a body.</summary>
    /// <param name="boundary">Its boundary, from the Content-Type header.</param>
    /// <param name="maxHeaderBytes">The largest head of a part that is taken.</param>
    /// <exception cref="ArgumentException">The boundary is none.</exception>
    public MultipartReader(string boundary, int maxHeaderBytes)
    {
        ArgumentNullException.ThrowIfNull(boundary);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxHeaderBytes);
        if (!MultipartBoundary.IsValid(boundary))
            throw new ArgumentException("A boundary has 1 to 70 of the characters that RFC 2046 allows, and no blank at its end.", nameof(boundary));
        _delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        _maxHeaderBytes = maxHeaderBytes;
    }

    private enum State
    {
        Preamble,
        Delimiter,
        Hyphen,
        Padding,
        LineFeed,
        Head,
        Payload,
        Epilogue,
        Malformed,
    }

    /// <summary>Whether a part has ever begun.</summary>
    public bool HasParts { get; private set; }

    /// <summary>Whether the last delimiter was met. A body that ends before was cut short.</summary>
    public bool IsComplete => _state == State.Epilogue;

    /// <summary>What is wrong with the body, in words; null while nothing is. It quotes nothing of what came.</summary>
    public string? Problem { get; private set; }

    /// <summary>Goes on until something is met.</summary>
    /// <param name="input">What has arrived; what was used is taken off its beginning.</param>
    /// <param name="data">With <see cref="MultipartToken.Data"/>: payload, valid while what <paramref name="input"/> was cut from is; never empty.</param>
    /// <returns>What was met. After <see cref="MultipartToken.NeedInput"/> nothing of the input is left.</returns>
    public MultipartToken Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (_state != State.Malformed)
        {
            if (_state == State.Epilogue)
                input = default;
            if (input.IsEmpty)
                return MultipartToken.NeedInput;

            switch (_state)
            {
                case State.Preamble:
                    if (FindDelimiter(ref input, out _))
                        _state = State.Delimiter;
                    break;
                case State.Payload:
                    if (FindDelimiter(ref input, out data))
                        _state = State.Delimiter;
                    if (!data.IsEmpty)
                        return MultipartToken.Data;
                    break;
                case State.Head:
                    if (ReadHead(ref input))
                        return MultipartToken.PartBegin;
                    break;
                default:
                    if (ReadDelimiterRest(input[0]) is { } token)
                    {
                        input = input[1..];
                        return token;
                    }

                    input = input[1..];
                    break;
            }
        }

        return MultipartToken.Malformed;
    }

    /// <summary>A header of the part that is being read; null where it has none of this name. Several of one name give the first.</summary>
    /// <param name="name">Its name; case counts for nothing.</param>
    /// <returns>Its value: UTF-8 with anything else replaced, folded lines joined by a blank.</returns>
    public string? Header(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var line in new MultipartHeaderLines(_head.AsSpan(0, _headLength)))
        {
            if (line.IsNamed(name))
                return line.Value;
        }

        return null;
    }

    /// <summary>Adds every header of the part that is being read, in their order.</summary>
    /// <param name="headers">Where to.</param>
    public void CopyHeaders(ICollection<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach (var line in new MultipartHeaderLines(_head.AsSpan(0, _headLength)))
            headers.Add(KeyValuePair.Create(line.Name, line.Value));
    }

    /// <summary>Looks for the delimiter. What comes before it, and surely is none of it, is <paramref name="data"/>.</summary>
    private bool FindDelimiter(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (_matched > 0)
        {
            if (_matched == _delimiter.Length)
            {
                _matched = 0;
                _lineIsVirtual = false;
                return true;
            }

            if (input.IsEmpty)
                return false;
            if (input[0] == _delimiter[_matched])
            {
                _matched++;
                input = input[1..];
                continue;
            }

            // It was payload after all; the delimiter itself holds the same bytes.
            data = _delimiter.AsSpan(_lineIsVirtual ? 2 : 0, _lineIsVirtual ? _matched - 2 : _matched);
            _matched = 0;
            _lineIsVirtual = false;
            if (!data.IsEmpty)
                return false;
        }

        var at = input.IndexOf(_delimiter);
        if (at >= 0)
        {
            data = input[..at];
            input = input[(at + _delimiter.Length)..];
            return true;
        }

        // A beginning of it may stand at the end.
        var tail = input.LastIndexOf((byte)'\r');
        if (tail >= 0 && input.Length - tail < _delimiter.Length && _delimiter.AsSpan().StartsWith(input[tail..]))
        {
            _matched = input.Length - tail;
            data = input[..tail];
        }
        else
        {
            data = input;
        }

        input = default;
        return false;
    }

    /// <summary>What stands behind the boundary in its line.</summary>
    private MultipartToken? ReadDelimiterRest(byte next)
    {
        switch (_state)
        {
            case State.Delimiter when next == '-':
                _state = State.Hyphen;
                return null;
            case State.Hyphen when next == '-':
                _state = State.Epilogue;
                return HasParts ? MultipartToken.LastPartEnd : MultipartToken.Empty;
            case State.Delimiter or State.Padding when next is (byte)' ' or (byte)'\t' && ++_padding <= _maxHeaderBytes:
                _state = State.Padding;
                return null;
            case State.Delimiter or State.Padding when next == '\r':
                _state = State.LineFeed;
                return null;
            case State.LineFeed when next == '\n':
                _state = State.Head;
                _padding = _headLength = 0;
                return HasParts ? MultipartToken.PartEnd : null;
            default:
                return Fail("the line of a boundary goes on with something that does not belong there");
        }
    }

    /// <summary>Gathers the head of a part, its empty line included.</summary>
    private bool ReadHead(ref ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            var line = input.IndexOf((byte)'\n');
            var take = line < 0 ? input.Length : line + 1;
            if (_headLength + take > _maxHeaderBytes)
            {
                Fail($"the headers of a part have more than {_maxHeaderBytes} bytes");
                return false;
            }

            if (_head.Length < _headLength + take)
                Array.Resize(ref _head, Math.Min(_maxHeaderBytes, Math.Max(FirstRoom, 2 * (_headLength + take))));
            input[..take].CopyTo(_head.AsSpan(_headLength));
            _headLength += take;
            input = input[take..];
            var head = _head.AsSpan(0, _headLength);
            if (line < 0 || !(head.Length == 2 ? head.SequenceEqual("\r\n"u8) : head.EndsWith("\r\n\r\n"u8)))
                continue;

            if (MultipartHeaderLines.ProblemOf(head) is { } problem)
            {
                Fail(problem);
                return false;
            }

            // A part without payload may have its delimiter right here: the empty line is the line end that belongs to it.
            _state = State.Payload;
            _matched = 2;
            _lineIsVirtual = true;
            HasParts = true;
            return true;
        }

        return false;
    }

    private MultipartToken Fail(string problem)
    {
        Problem = problem;
        _state = State.Malformed;
        return MultipartToken.Malformed;
    }
}
