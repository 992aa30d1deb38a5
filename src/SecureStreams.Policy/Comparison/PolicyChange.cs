namespace SecureStreams.Policy;

/// <summary>
/// One difference between two versions of a part of a policy. Immutable. <see cref="Before"/> and <see cref="After"/> may be secrets: show it by
/// <see cref="PolicyDiff.ToText"/>, which keeps them back.
/// </summary>
public sealed record PolicyChange
{
    internal PolicyChange()
    {
    }

    /// <summary>The attribute; null for the content of a certificate, which has none.</summary>
    public required PolicyAttributeInfo? Attribute { get; init; }

    /// <summary>Of a map the entry: a metadata name, a status. Null for the whole value; of a map that is its order, where nothing else differs.</summary>
    public string? Key { get; init; }

    /// <summary>The value before: of <see cref="Key"/>, else of the attribute; null when the default held, or when there was no such entry. Of a certificate a text that tells it from others, never its bytes.</summary>
    public required PolicyValue? Before { get; init; }

    /// <summary>The value after, as <see cref="Before"/>.</summary>
    public required PolicyValue? After { get; init; }

    /// <summary>Where the value before stands; null when it is not stated.</summary>
    public required PolicyLocation? LocationBefore { get; init; }

    /// <summary>Where the value after stands; null when it is not stated.</summary>
    public required PolicyLocation? LocationAfter { get; init; }

    /// <summary>What it asks of running streams. A change of what a streamtype refers to asks for no more than to refer to something else would.</summary>
    public required PolicyImpact Impact { get; init; }

    /// <summary>The part that it comes through, in words (<c>retry scheme 'default'</c>); null for a change of the part itself.</summary>
    public string? Via { get; init; }

    /// <summary>What changed; not the values, which may be secrets.</summary>
    public override string ToString() => $"{Attribute?.Name ?? "content"}{(Key is null ? "" : $" {Wording.Quote(Key)}")}{(Via is null ? "" : $" via {Via}")}";
}
