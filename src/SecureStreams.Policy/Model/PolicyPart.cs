using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What the named parts of a policy have in common: a name, a place, and what is stated of them and where.</summary>
public abstract record PolicyPart
{
    private protected PolicyPart()
    {
    }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is defined; of several layers, in the first one that does. Default for a part that no document defines. Not part of equality.</summary>
    public PolicyLocation Location { get; init; }

    /// <summary>Every stated value, those that the other members carry included, in the order of the attribute table. The places are not part of equality.</summary>
    public ImmutableArray<PolicyAttributeValue> Stated { get; init; } = [];

    /// <summary>What kind of part it is.</summary>
    internal PolicySection Section => this switch
    {
        RetryPolicy => PolicySection.Retry,
        CertificatePolicy => PolicySection.Certificates,
        TrustStorePolicy => PolicySection.TrustStores,
        AuthPolicy => PolicySection.Auth,
        MetricPolicy => PolicySection.Metrics,
        StreamTypePolicy => PolicySection.StreamTypes,
        _ => PolicySection.Document,
    };

    /// <summary>How reports call it: <c>streamtype 'mintest'</c>.</summary>
    internal string Subject => SectionNouns.Of(Section, Name);

    /// <summary><see cref="Location"/>; null for a part that no document defines.</summary>
    internal PolicyLocation? Place => Location.File is null ? null : Location;

    /// <summary>The stated value of the attribute with this canonical name; null when the default holds.</summary>
    public PolicyAttributeValue? Find(string attribute)
    {
        foreach (ref readonly var value in Stated.AsSpan())
        {
            if (value.Attribute.Name == attribute)
                return value;
        }

        return null;
    }

    /// <summary>Where the attribute with this canonical name is stated; null when the default holds.</summary>
    public PolicyLocation? Locate(string attribute) => Find(attribute)?.Location;

    /// <summary>The name alone: what else there is may be a secret.</summary>
    public sealed override string ToString() => Name;
}
