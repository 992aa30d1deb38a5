using System.Text;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>
/// The values of a document in the order of the text, as places in it: a policy has tens of thousands of values, and most are looked at once. The memory behind it
/// is borrowed and goes back with <see cref="Dispose"/>; nodes are worthless afterwards.
/// </summary>
internal sealed class JsonTree(SourceText source) : IDisposable
{
    /// <summary>Nearly every value takes more bytes of text than this, its name, quotes and comma included.</summary>
    private const int BytesOfAValue = 11;

    // The array that the last load on this thread gave back, until the collector wants it: policies are seldom loaded. A pool of the platform does more, but its
    // code would have to be compiled for our type first, which takes longer than many a load.
    [ThreadStatic]
    private static WeakReference<JsonToken[]>? spare;

    private JsonToken[] _tokens = [];
    private ReadOnlyMemory<byte> _text;

    public SourceText Source { get; } = source;

    /// <summary>Texts that occur again and again (names of metadata, schemes, headers) are made once.</summary>
    public StringPool Strings { get; } = new();

    public int Count { get; private set; }

    public ref JsonToken this[int index] => ref _tokens[index];

    /// <summary>Forgets everything; <paramref name="text"/> is what the tokens to come refer to, beginning at <see cref="SourceText.Start"/>.</summary>
    public void Reset(ReadOnlyMemory<byte> text)
    {
        Count = 0;
        _text = text;
        var expected = Math.Min(text.Length / BytesOfAValue, PolicyLimits.Values) + 16;
        if (_tokens.Length >= expected)
            return;
        if (spare is not null && spare.TryGetTarget(out var kept) && kept.Length >= expected)
            _tokens = kept;
        else
            _tokens = new JsonToken[expected];
        spare = null;
    }

    public ref JsonToken Add(out int index)
    {
        if (Count == _tokens.Length)
        {
            var larger = new JsonToken[2 * Count];
            Array.Copy(_tokens, larger, Count);
            _tokens = larger;
        }

        index = Count++;
        return ref _tokens[index];
    }

    public ReadOnlySpan<byte> Span(int start, int length) => _text.Span.Slice(start, length);

    /// <summary>The characters of a string between its quotes. Half of a surrogate pair, which was reported when it was read, counts as U+FFFD.</summary>
    public string Decode(int start, int length, bool escaped)
    {
        if (!escaped || length == 0)
            return Strings.Get(Span(start, length));
        if (JsonEscapes.HasHalfPair(Span(start, length)))
            return "\uFFFD";
        var reader = new Utf8JsonReader(Span(start - 1, length + 2));
        return reader.Read() ? reader.GetString() ?? "" : "";
    }

    public string Number(int start, int length) => Encoding.UTF8.GetString(Span(start, length));

    public void Dispose()
    {
        spare = new WeakReference<JsonToken[]>(_tokens);
        _tokens = [];
        Count = 0;
    }
}
