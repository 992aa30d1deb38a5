using System.Collections.Frozen;

namespace SecureStreams.Policy;

/// <summary>Where the stated values of one streamtype stand, by canonical attribute name.</summary>
public sealed class PolicyProvenance
{
    private readonly FrozenDictionary<string, PolicyLocation> _locations;

    /// <summary>Keeps <paramref name="locations"/>.</summary>
    public PolicyProvenance(IEnumerable<KeyValuePair<string, PolicyLocation>> locations) =>
        _locations = locations.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Nothing is stated.</summary>
    public static PolicyProvenance Empty { get; } = new([]);

    /// <summary>The attributes that are stated.</summary>
    public IEnumerable<string> Attributes => _locations.Keys;

    /// <summary>Where <paramref name="attribute"/> stands, or null when its value is the default.</summary>
    public PolicyLocation? Find(string attribute) => _locations.TryGetValue(attribute, out var location) ? location : null;
}
