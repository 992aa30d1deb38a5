using System.Globalization;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>What one peer answers, beside what ours does in the same role.</summary>
internal sealed class Comparison(string peer)
{
    private readonly IReadOnlyDictionary<string, string> _agreed = AgreedDifferences.Of(peer);
    private readonly Dictionary<string, string> _different = [];
    private int _count;

    /// <summary>What it answers to one row.</summary>
    public void Add(string row, int ours, string seen)
    {
        _count++;
        if (seen != ours.ToString(CultureInfo.InvariantCulture))
            _different.Add(row, seen);
    }

    /// <summary>What differs is what is agreed, no more and no less.</summary>
    public void AssertAgreed()
    {
        Assert.True(_count > 100, $"{_count} rows.");
        var wrong = _different.Where(one => _agreed.GetValueOrDefault(one.Key) != one.Value).Select(static one => $"{one.Key}: answered with {one.Value}, which is not agreed")
            .Concat(_agreed.Where(one => !_different.ContainsKey(one.Key)).Select(static one => $"{one.Key}: agreed to be {one.Value}, and answered as by ours, or no row"));
        Assert.Equal([], wrong);
    }
}
