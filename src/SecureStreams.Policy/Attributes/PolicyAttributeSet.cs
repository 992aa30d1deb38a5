namespace SecureStreams.Policy;

/// <summary>A set of rows of the table, one bit for each.</summary>
internal struct PolicyAttributeSet
{
    /// <summary>How many rows the table may have.</summary>
    public const int Capacity = 256;

    private UInt128 _low;
    private UInt128 _high;

    public readonly bool Contains(PolicyAttributeInfo row) => row.Ordinal < 128 ? (_low >> row.Ordinal & 1) != 0 : (_high >> (row.Ordinal - 128) & 1) != 0;

    /// <summary>Whether it was not in the set.</summary>
    public bool Add(PolicyAttributeInfo row)
    {
        if (Contains(row))
            return false;
        if (row.Ordinal < 128)
            _low |= UInt128.One << row.Ordinal;
        else
            _high |= UInt128.One << (row.Ordinal - 128);
        return true;
    }

    public void Remove(PolicyAttributeInfo row)
    {
        if (row.Ordinal < 128)
            _low &= ~(UInt128.One << row.Ordinal);
        else
            _high &= ~(UInt128.One << (row.Ordinal - 128));
    }
}
