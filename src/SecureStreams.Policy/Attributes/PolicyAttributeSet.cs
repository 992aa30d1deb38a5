using System.Diagnostics.CodeAnalysis;

namespace SecureStreams.Policy;

/// <summary>A set of rows of the table, one bit for each.</summary>
internal struct PolicyAttributeSet
{
    /// <summary>How many rows the table may have.</summary>
    public const int Capacity = 4 * WordBits;

    private const int WordBits = 64;

    private ulong _first;
    private ulong _second;
    private ulong _third;
    private ulong _fourth;

    public bool Contains(PolicyAttributeInfo row) => (WordOf(row) & BitOf(row)) != 0;

    /// <summary>Whether it was not in the set.</summary>
    public bool Add(PolicyAttributeInfo row)
    {
        ref var word = ref WordOf(row);
        var isNew = (word & BitOf(row)) == 0;
        word |= BitOf(row);
        return isNew;
    }

    public void Remove(PolicyAttributeInfo row) => WordOf(row) &= ~BitOf(row);

    private static ulong BitOf(PolicyAttributeInfo row) => 1UL << (row.Ordinal % WordBits);

    [UnscopedRef]
    private ref ulong WordOf(PolicyAttributeInfo row)
    {
        switch (row.Ordinal / WordBits)
        {
            case 0:
                return ref _first;
            case 1:
                return ref _second;
            case 2:
                return ref _third;
            default:
                return ref _fourth;
        }
    }
}
