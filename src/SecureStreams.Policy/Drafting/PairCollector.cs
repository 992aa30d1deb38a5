namespace SecureStreams.Policy;

/// <summary>Gathers the entries of a map, each key once. Kept from map to map: most maps have two or three entries.</summary>
internal sealed class PairCollector
{
    private const int SearchedInTurn = 16;

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    // Not a list, whose code a first load would have to compile for our struct.
    private PolicyPair[] _pairs = new PolicyPair[SearchedInTurn];
    private int _count;

    public void Clear()
    {
        _count = 0;
        if (_places.Count > 0)
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

        if (_count == _pairs.Length)
        {
            var larger = new PolicyPair[2 * _count];
            Array.Copy(_pairs, larger, _count);
            _pairs = larger;
        }

        _pairs[_count++] = pair;
        if (_count > SearchedInTurn)
            _places[pair.Key] = _count - 1;
        return true;
    }

    public PolicyPair[] ToArray()
    {
        if (_count == 0)
            return [];
        var pairs = new PolicyPair[_count];
        Array.Copy(_pairs, pairs, _count);
        return pairs;
    }

    private int PlaceOf(string key)
    {
        var searched = Math.Min(_count, SearchedInTurn);
        for (var i = 0; i < searched; i++)
        {
            if (_pairs[i].Key == key)
                return i;
        }

        return _places.TryGetValue(key, out var place) ? place : -1;
    }
}
