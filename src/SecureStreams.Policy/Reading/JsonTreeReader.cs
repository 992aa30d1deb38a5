using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>One walk of <see cref="Utf8JsonReader"/> over a prepared text: values with their places.</summary>
internal sealed class JsonTreeReader
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _bag;
    private readonly bool _cutOff;
    private JsonNode? _root;
    private JsonNode? _container;
    private string? _name;
    private int _nameOffset;
    private int _values;

    private JsonTreeReader(SourceText source, DiagnosticBag bag, bool cutOff)
    {
        _source = source;
        _bag = bag;
        _cutOff = cutOff;
    }

    /// <summary>
    /// The root, or null when there is none. Where the text is malformed, the tree holds what stands before that place, <paramref name="complete"/> is
    /// false and the place is reported (unless <paramref name="cutOff"/> says that it already is).
    /// </summary>
    public static JsonNode? Read(byte[] text, SourceText source, DiagnosticBag bag, bool cutOff, out bool complete)
    {
        var tree = new JsonTreeReader(source, bag, cutOff);
        complete = tree.Walk(text);
        return tree._root;
    }

    private bool Walk(byte[] text)
    {
        // The depth is checked before; the reader's own limit must not get in the way with its own words.
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = PolicyLimits.Depth + 1 });
        try
        {
            while (reader.Read())
            {
                if (!Take(ref reader))
                    return false;
            }
        }
        catch (JsonException malformed)
        {
            if (!_cutOff)
            {
                var at = (long)_source.LineStart(malformed.LineNumber ?? 0) + (malformed.BytePositionInLine ?? 0);
                var (offset, message) = MalformedText.Describe(
                    _source, text, (int)Math.Min(at, _source.Bytes.Length), (int)reader.BytesConsumed, reader.TokenType, _container, ended: _root is not null && _container is null);
                _bag.Report(PolicyDiagnosticTable.Malformed, _source, offset, Where(), message);
            }

            return false;
        }

        return !_cutOff;
    }

    private bool Take(ref Utf8JsonReader reader)
    {
        var offset = _source.Start + (int)reader.TokenStartIndex;
        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            _container = _container?.Parent;
            return true;
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            _name = Decode(ref reader, offset);
            _nameOffset = offset;
            return true;
        }

        if (++_values > PolicyLimits.Values)
        {
            _bag.Report(PolicyDiagnosticTable.TooManyValues, _source, offset, "$", $"the document has more than {PolicyLimits.Values} values");
            return false;
        }

        var kind = KindOf(reader.TokenType);
        var text = kind switch
        {
            JsonValueKind.String => Decode(ref reader, offset),
            JsonValueKind.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            _ => "",
        };
        var node = new JsonNode(kind, _container, _name, _name is null ? offset : _nameOffset, _container?.Children.Count ?? 0, offset) { Text = text };
        _root ??= node;
        _container?.Children.Add(node);
        _name = null;
        if (kind is JsonValueKind.Object or JsonValueKind.Array)
            _container = node;
        return true;
    }

    private string Decode(ref Utf8JsonReader reader, int offset)
    {
        if (reader.ValueSpan.Length > PolicyLimits.StringBytes && !IsInCertificates())
        {
            _bag.Report(PolicyDiagnosticTable.StringTooLong, _source, offset, Where(),
                $"a string of {reader.ValueSpan.Length} bytes; at most {PolicyLimits.StringBytes} are allowed here");
            return "";
        }

        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: well-formed JSON that no text can hold.
            _bag.Report(PolicyDiagnosticTable.BadEscape, _source, offset, Where(), "a \\u escape in this string is half of a pair, which is no character");
            return "\uFFFD";
        }
    }

    /// <summary>The path of what is being read.</summary>
    private string Where() => _container is null ? "$" : _name is null ? _container.Path : $"{_container.Path}.{Wording.Shorten(_name)}";

    private bool IsInCertificates()
    {
        for (var node = _container; node is not null; node = node.Parent)
        {
            if (node.Parent?.Parent is null && node.Name == "certs")
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
