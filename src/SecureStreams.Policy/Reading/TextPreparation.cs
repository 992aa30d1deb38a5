using System.Text;

namespace SecureStreams.Policy;

/// <summary>
/// Turns the text that policies are written in into JSON of the same length, so that offsets stay true: comments, trailing commas and one <c>}</c>
/// too many become blanks, missing closers are appended behind the end. Each is reported. What it does not understand it leaves for the reader.
/// </summary>
internal sealed class TextPreparation
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _bag;
    private readonly byte[] _text;
    private readonly List<(byte Closer, int Offset)> _open = [];
    private int _comma = -1;
    private int _last = -1;
    private int _comments;
    private int _firstComment;
    private bool _mismatch;
    private bool _unclosedComment;
    private bool _forgivenBrace;

    private TextPreparation(SourceText source, DiagnosticBag bag)
    {
        _source = source;
        _bag = bag;
        _text = source.Bytes.Span[source.Start..].ToArray();
    }

    /// <summary>The JSON, beginning at <see cref="SourceText.Start"/>; null when reading on makes no sense. <paramref name="cutOff"/>: the end is already reported.</summary>
    public static byte[]? Run(SourceText source, DiagnosticBag bag, out bool cutOff)
    {
        var preparation = new TextPreparation(source, bag);
        cutOff = false;
        return preparation.Scan() ? preparation.Close(out cutOff) : null;
    }

    /// <summary>One pass over the text, strings skipped.</summary>
    private bool Scan()
    {
        for (var at = 0; at < _text.Length; at++)
        {
            switch (_text[at])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    continue;
                case (byte)'#' or (byte)'/' when CommentEnd(at) is var end and > 0:
                    Blank(at, end);
                    at = end - 1;
                    continue;
                case (byte)'"':
                    at = StringEnd(at);
                    break;
                case (byte)',':
                    // Only a comma behind a value can be one too many: "[,]" is another mistake.
                    _comma = _last >= 0 && _text[_last] is not ((byte)'{' or (byte)'[' or (byte)',' or (byte)':') ? at : -1;
                    _last = at;
                    continue;
                case (byte)'{' or (byte)'[':
                    // In ASCII each closer stands two after its opener.
                    _open.Add(((byte)(_text[at] + 2), at));
                    if (_open.Count > PolicyLimits.Depth)
                    {
                        Report(PolicyDiagnosticTable.TooDeep, at, $"more than {PolicyLimits.Depth} objects and arrays stand inside each other");
                        return false;
                    }

                    break;
                case (byte)'}' or (byte)']':
                    CloserAt(at);
                    break;
            }

            _comma = -1;
            _last = Math.Min(at, _text.Length - 1);
        }

        if (_comments > 0)
        {
            Report(PolicyDiagnosticTable.Comment, _firstComment,
                _comments == 1 ? "a comment; JSON has none" : $"{_comments} comments, the first one here; JSON has none");
        }

        return true;
    }

    private void CloserAt(int at)
    {
        if (_comma >= 0 && _open.Count > 0)
        {
            Report(PolicyDiagnosticTable.TrailingComma, _comma, $"a comma before '{(char)_text[at]}'");
            _text[_comma] = (byte)' ';
        }

        if (_open.Count > 0 && _open[^1].Closer == _text[at])
        {
            _open.RemoveAt(_open.Count - 1);
            return;
        }

        // lws takes a } where the innermost open bracket is a [ when the ] follows at once, and when nothing follows.
        var next = _text[at] == (byte)'}' && _open.Count > 0 ? NextSignificant(at + 1) : -1;
        if (next == _text.Length && _open.Count <= PolicyLimits.ForgivenClosers)
        {
            _text[at] = (byte)' ';
        }
        else if (next > 0 && next < _text.Length && _text[next] == (byte)']' && !_forgivenBrace && !_mismatch)
        {
            _forgivenBrace = true;
            Report(PolicyDiagnosticTable.ExtraCloser, at, "one '}' too many before the ']'; it is ignored");
            _text[at] = (byte)' ';
        }
        else
        {
            _mismatch = true;
        }
    }

    private byte[] Close(out bool cutOff)
    {
        cutOff = false;
        if (_open.Count == 0 || _mismatch || _last < 0)
            return _text;

        var closers = string.Concat(Enumerable.Reverse(_open).Select(static one => (char)one.Closer));
        var (_, innermost) = _open[^1];
        var place = _source.Locate(_source.Start + innermost);
        var opened = $"the '{(char)_text[innermost]}' of line {place.Line}, column {place.Column} is not closed";
        cutOff = _open.Count > PolicyLimits.ForgivenClosers || _text[_last] is (byte)',' or (byte)':';
        if (cutOff)
        {
            Report(PolicyDiagnosticTable.Malformed, _text.Length, $"the text is cut off: {opened}");
            return _text;
        }

        Report(PolicyDiagnosticTable.MissingClosers, _last + 1, $"the text ends before '{closers}': {opened}; read as if it were");
        return [.. _text, .. Encoding.ASCII.GetBytes(closers)];
    }

    private int NextSignificant(int at)
    {
        while (at < _text.Length)
        {
            if (_text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                at++;
            else if (_text[at] is (byte)'#' or (byte)'/' && CommentEnd(at) is var end and > 0)
                at = end;
            else
                break;
        }

        return at;
    }

    /// <summary>Where the comment that begins at <paramref name="at"/> ends; 0 when none begins there.</summary>
    private int CommentEnd(int at)
    {
        var rest = _text.AsSpan(at);
        if (rest.StartsWith("/*"u8))
        {
            // Where one comment is not closed no later one is; to search again for each would take hours on a text made of them.
            var close = _unclosedComment ? -1 : rest[2..].IndexOf("*/"u8);
            _unclosedComment |= close < 0;
            return close < 0 ? 0 : at + close + 4;
        }

        if (rest[0] != (byte)'#' && !rest.StartsWith("//"u8))
            return 0;

        var newline = rest.IndexOf((byte)'\n');
        return newline < 0 ? _text.Length : at + newline;
    }

    /// <summary>Where the closing quote of the string that opens at <paramref name="at"/> stands, or the end of the text.</summary>
    private int StringEnd(int at)
    {
        for (at++; at < _text.Length && _text[at] != (byte)'"'; at++)
        {
            if (_text[at] == (byte)'\\')
                at++;
        }

        if (at >= _text.Length)
            _mismatch = true;
        return at;
    }

    private void Blank(int from, int to)
    {
        if (_comments++ == 0)
            _firstComment = from;

        // Line ends stay: the JSON reader counts lines.
        foreach (ref var one in _text.AsSpan(from, to - from))
        {
            if (one != (byte)'\n')
                one = (byte)' ';
        }
    }

    private void Report(PolicyDiagnosticInfo info, int at, string message) => _bag.Report(info, _source, _source.Start + at, "$", message);
}
