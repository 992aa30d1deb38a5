using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Walks <see cref="Utf8JsonReader"/> over a text: values with their places.</summary>
internal sealed class JsonTreeReader
{
    private readonly JsonTree _tree;
    private readonly DiagnosticBag? _bag;
    private readonly bool _cutOff;
    private int _container = -1;
    private int _nameStart = -1;
    private int _nameLength;
    private bool _nameEscaped;

    private JsonTreeReader(JsonTree tree, DiagnosticBag? bag, bool cutOff)
    {
        _tree = tree;
        _bag = bag;
        _cutOff = cutOff;
    }

    private SourceText Source => _tree.Source;

    /// <summary>
    /// The root, or null when there is none. Where the text is malformed, the tree holds what stands before that place, <paramref name="complete"/> is
    /// false and the place is reported.
    /// </summary>
    public static JsonNode? Read(JsonTree tree, DiagnosticBag bag, out bool complete)
    {
        // Nearly every text is JSON as it stands. Only another one is searched for what policies are forgiven, and then read again.
        var asWritten = tree.Source.Bytes[tree.Source.Start..];
        tree.Reset(asWritten);
        complete = new JsonTreeReader(tree, bag: null, cutOff: false).Walk(asWritten.Span);
        if (!complete)
        {
            if (TextPreparation.Run(tree.Source, bag, out var cutOff) is not { } prepared)
                return null;
            tree.Reset(prepared);
            complete = new JsonTreeReader(tree, bag, cutOff).Walk(prepared) && !cutOff;
        }

        return tree.Count == 0 ? null : new JsonNode(tree, 0);
    }

    /// <summary>Whether the whole text was read without a finding that stops it. Without a bag any finding stops it.</summary>
    private bool Walk(ReadOnlySpan<byte> text)
    {
        // The preparation checks the depth, in our words; the reader's own limit is for the text as written.
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = _bag is null ? PolicyLimits.Depth : PolicyLimits.Depth + 1 });
        try
        {
            while (reader.Read())
            {
                if (!Take(ref reader))
                    return Leave();
            }

            return true;
        }
        catch (JsonException malformed)
        {
            if (_bag is not null && !_cutOff)
            {
                var at = (long)Source.LineStart(malformed.LineNumber ?? 0) + (malformed.BytePositionInLine ?? 0);
                var (offset, message) = MalformedText.Describe(
                    Source, text, (int)Math.Min(at, Source.Bytes.Length), (int)reader.BytesConsumed, reader.TokenType,
                    _container < 0 ? null : new JsonNode(_tree, _container), ended: _tree.Count > 0 && _container < 0);
                _bag.Report(PolicyDiagnosticTable.Malformed, Source, offset, Where(PolicyDiagnosticTable.Malformed), message);
            }

            return Leave();
        }
    }

    /// <summary>Closes what is open, so that the part that was read can be walked.</summary>
    private bool Leave()
    {
        for (; _container >= 0; _container = _tree[_container].Parent)
            _tree[_container].End = _tree.Count;
        return false;
    }

    private bool Take(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _tree[_container].End = _tree.Count;
                _container = _tree[_container].Parent;
                return true;
            case JsonTokenType.PropertyName:
                _nameStart = start + 1;
                _nameEscaped = reader.ValueIsEscaped;
                return CheckText(ref reader, start, out _nameLength);
            default:
                return TakeValue(ref reader, start);
        }
    }

    private bool TakeValue(ref Utf8JsonReader reader, int start)
    {
        if (_tree.Count >= PolicyLimits.Values)
        {
            _bag?.Report(PolicyDiagnosticTable.TooManyValues, Source, Source.Start + start, "$", $"the document has more than {PolicyLimits.Values} values");
            return false;
        }

        var isText = reader.TokenType == JsonTokenType.String;
        var length = reader.ValueSpan.Length;
        if (isText && !CheckText(ref reader, start, out length))
            return false;

        ref var token = ref _tree.Add(out var index);
        token.Kind = KindOf(reader.TokenType);
        token.NameStart = _nameStart;
        token.NameLength = _nameLength;
        token.NameEscaped = _nameEscaped;
        token.TextStart = isText ? start + 1 : start;
        token.TextLength = length;
        token.TextEscaped = isText && reader.ValueIsEscaped;
        token.Parent = _container;
        token.Index = _container < 0 ? 0 : _tree[_container].Count++;
        token.End = index + 1;
        token.Count = 0;
        _nameStart = -1;
        if (token.Kind is JsonValueKind.Object or JsonValueKind.Array)
            _container = index;
        return true;
    }

    /// <summary>Whether a string or name can be kept. With a bag it always can: what is wrong with it is reported, and of too long a text nothing is kept.</summary>
    private bool CheckText(ref Utf8JsonReader reader, int start, out int length)
    {
        length = reader.ValueSpan.Length;
        if (length > PolicyLimits.StringBytes && !IsInCertificates())
        {
            _bag?.Report(PolicyDiagnosticTable.StringTooLong, Source, Source.Start + start, Where(PolicyDiagnosticTable.StringTooLong),
                $"a string of {length} bytes; at most {PolicyLimits.StringBytes} are allowed here");
            length = 0;
            return _bag is not null;
        }

        if (!reader.ValueIsEscaped || !JsonEscapes.HasHalfPair(reader.ValueSpan))
            return true;
        _bag?.Report(PolicyDiagnosticTable.BadEscape, Source, Source.Start + start, Where(PolicyDiagnosticTable.BadEscape),
            "a \\u escape in this string is half of a pair, which is no character");
        return _bag is not null;
    }

    /// <summary>The path of what is being read, for a finding.</summary>
    private string Where(PolicyDiagnosticInfo info)
    {
        if (_container < 0 || _bag?.Keeps(info) != true)
            return "$";
        var path = new JsonNode(_tree, _container).Path;
        return _nameStart < 0 ? path : $"{path}.{Wording.Shorten(_tree.Decode(_nameStart, _nameLength, _nameEscaped))}";
    }

    private bool IsInCertificates()
    {
        for (var index = _container; index >= 0; index = _tree[index].Parent)
        {
            if (_tree[index].Parent == 0 && new JsonNode(_tree, index).IsNamed("certs"))
                return true;
        }

        return false;
    }

    private static JsonValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };
}
