using SecureStreams.Policy;

namespace SecureStreams.Testing.Faults;

/// <summary>The faults that a streamtype's policy states. Immutable; equal when they say the same.</summary>
internal sealed class FaultSet
{
    private readonly string _streamType;
    private readonly string _text;
    private readonly long _seed;
    private readonly FaultItem[] _items;

    private FaultSet(string streamType, string text, long seed, FaultItem[] items)
    {
        _streamType = streamType;
        _text = text;
        _seed = seed;
        _items = items;
    }

    public static FaultSet Of(string streamType, StreamTypePolicy? policy)
    {
        string[] texts = policy?.Find("test_faults") is { } stated ? [.. stated.Value.Items.Select(static one => one.Text)] : [];
        return new FaultSet(streamType, string.Join('\n', texts), policy?.Find("test_fault_seed")?.Value.Number ?? 0, [.. texts.Select(FaultItem.Parse)]);
    }

    public bool SaysTheSame(FaultSet other) => _seed == other._seed && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <summary>Those that come in one attempt: the last of each kind that does.</summary>
    /// <param name="attempt">From 1; 0 for a connection that was there before they were stated, which has no number and so is in no list of attempts.</param>
    /// <param name="answers">Whether it is a request that is answered, or a connection that is made.</param>
    public Dictionary<FaultKind, FaultItem> In(int attempt, bool answers)
    {
        var chosen = new Dictionary<FaultKind, FaultItem>();
        for (var i = 0; i < _items.Length; i++)
        {
            var item = _items[i];
            if ((item.Kind == FaultKind.HttpStatus) == answers
                && (item.Attempts.Length == 0 || item.Attempts.Any(span => attempt >= span.First && attempt <= span.Last))
                && Draw(i, attempt) < item.Percent)
            {
                chosen[item.Kind] = item;
            }
        }

        return chosen;
    }

    /// <summary>0 to 99 by seed, streamtype, place in the list and attempt, and by nothing else: no thread is too early or too late to change it.</summary>
    private int Draw(int index, int attempt)
    {
        // FNV-1a over what decides, then the finalizer of SplitMix64.
        var hash = 14695981039346656037UL;
        foreach (var letter in _streamType)
            hash = (hash ^ letter) * 1099511628211UL;
        foreach (var part in (ReadOnlySpan<long>)[_seed, index, attempt])
            hash = (hash ^ (ulong)part) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return (int)((hash ^ (hash >> 31)) % 100);
    }
}
