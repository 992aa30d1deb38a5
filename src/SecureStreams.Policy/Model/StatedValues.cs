namespace SecureStreams.Policy;

/// <summary>Compares what parts of a policy state. A stated default is no different from none.</summary>
internal static class StatedValues
{
    public static bool Same(PolicyPart left, PolicyPart right) => Same(left, right, static (_, _) => true);

    /// <summary>Of parts whose name is an attribute as well: the name is compared apart from it, because one that no document defines states none.</summary>
    public static bool SameBesideName(PolicyPart left, PolicyPart right) => Same(left, right, static (_, row) => row.Name != "name");

    /// <summary>Of the attributes that <paramref name="counts"/> for either part.</summary>
    public static bool Same(PolicyPart left, PolicyPart right, Func<PolicyPart, PolicyAttributeInfo, bool> counts)
    {
        var a = left.Stated.AsSpan();
        var b = right.Stated.AsSpan();

        // Both are in the order of the table.
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            var first = i < a.Length ? a[i].Attribute.Ordinal : int.MaxValue;
            var second = j < b.Length ? b[j].Attribute.Ordinal : int.MaxValue;
            var row = first <= second ? a[i].Attribute : b[j].Attribute;
            PolicyValue? mine = first <= second ? a[i++].Value : null;
            PolicyValue? others = second <= first ? b[j++].Value : null;
            if ((counts(left, row) || counts(right, row)) && !Same(row, mine, others))
                return false;
        }

        return true;
    }

    /// <summary>Whether both values of <paramref name="row"/> mean the same; null is the default.</summary>
    public static bool Same(PolicyAttributeInfo row, PolicyValue? left, PolicyValue? right) =>
        Effective(row, left) is var mine && Effective(row, right) is var others && (mine is { } value ? others is { } other && value.Equals(other) : others is null);

    /// <summary>The value that holds: of an attribute without a value of its own its default; null where that is none that could be stated.</summary>
    private static PolicyValue? Effective(PolicyAttributeInfo row, PolicyValue? stated) =>
        stated is { } value && !row.MeansDefault(value) ? value : row.DefaultValue;
}
