namespace SecureStreams.Policy;

/// <summary>Gathers the entries of a map, each key once. Kept from map to map: most maps have two or three entries.</summary>
internal sealed class PairCollector
{
    private const int SearchedInTurn = 16;

    private readonly List<PolicyPair> _pairs = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public void Clear()
    {
        _pairs.Clear();
        _places.Clear();
    }

    /// <summary>Adds an entry, or puts it in the place of the one that has its key: then false.</summary>
    public bool Add(in PolicyPair pair)
    {
        var place = PlaceOf(pair.Key);
        if (place >= 0)
        {
            _pairs[place] = pair;
            return false;
        }

        _pairs.Add(pair);
        if (_pairs.Count > SearchedInTurn)
            _places[pair.Key] = _pairs.Count - 1;
        return true;
    }

    public PolicyPair[] ToArray() => [.. _pairs];

    private int PlaceOf(string key)
    {
        var searched = Math.Min(_pairs.Count, SearchedInTurn);
        for (var i = 0; i < searched; i++)
        {
            if (_pairs[i].Key == key)
                return i;
        }

        return _places.TryGetValue(key, out var place) ? place : -1;
    }
}
