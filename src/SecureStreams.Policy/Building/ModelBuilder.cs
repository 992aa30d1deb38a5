using System.Collections.Frozen;
using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>From a draft without errors to the model: defaults filled in, names resolved.</summary>
internal static class ModelBuilder
{
    public static PolicyModel Build(PolicyDraft draft, Dictionary<string, CertificatePolicy> certificates)
    {
        var document = new DocumentParts();
        var additional = Apply(draft.Document, document);
        var retries = draft[PolicySection.Retry].ToFrozenDictionary(static entry => entry.Name, BuildRetry, StringComparer.Ordinal);
        var stores = draft[PolicySection.TrustStores].ToFrozenDictionary(
            static entry => entry.Name, entry => BuildTrustStore(entry, certificates), StringComparer.Ordinal);
        var names = new ResolvedNames(retries, stores);
        return new PolicyModel
        {
            Release = document.Release,
            Product = document.Product,
            SchemaVersion = document.SchemaVersion,
            Retries = retries,
            Certificates = certificates.ToFrozenDictionary(StringComparer.Ordinal),
            TrustStores = stores,
            StreamTypes = draft[PolicySection.StreamTypes].ToFrozenDictionary(
                static entry => entry.Name, entry => BuildStreamType(entry, names), StringComparer.Ordinal),
            Additional = additional,
            OtherEntries = [.. draft[PolicySection.Auth].Concat(draft[PolicySection.Metrics]).Select(BuildOther)],
        };
    }

    private static RetryPolicy BuildRetry(DraftEntry entry)
    {
        var parts = new RetryParts();
        Apply(entry, parts);
        return parts.Build(entry.Name, entry.Provenance());
    }

    private static TrustStorePolicy BuildTrustStore(DraftEntry entry, Dictionary<string, CertificatePolicy> certificates)
    {
        var parts = new TrustStoreParts();
        Apply(entry, parts);
        return new TrustStorePolicy { Name = entry.Name, Certificates = [.. parts.Names.Select(name => certificates[name])] };
    }

    private static StreamTypePolicy BuildStreamType(DraftEntry entry, ResolvedNames names)
    {
        var parts = new StreamTypeParts(names);
        var rest = Apply(entry, parts);
        if (parts.Protocol is not (WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3))
            return parts.Build(entry.Name, http: null, rest, entry.Provenance());

        var http = new HttpParts();
        foreach (var value in rest)
            (value.Attribute as PolicyAttributeInfo<HttpParts>)?.Set(http, value.Value);
        return parts.Build(
            entry.Name, http.Build(), rest.RemoveAll(static value => value.Attribute is PolicyAttributeInfo<HttpParts>), entry.Provenance());
    }

    private static PolicyEntry BuildOther(DraftEntry entry) => new()
    {
        Section = entry.Section,
        Name = entry.Name,
        Values = [.. InTableOrder(entry).Select(static value => value.ToModel())],
    };

    /// <summary>Sets every value that <typeparamref name="TParts"/> carries; gives back the others.</summary>
    private static ImmutableArray<PolicyAttributeValue> Apply<TParts>(DraftEntry entry, TParts parts)
    {
        var rest = ImmutableArray.CreateBuilder<PolicyAttributeValue>();
        foreach (var value in InTableOrder(entry))
        {
            if (value.Attribute is PolicyAttributeInfo<TParts> carried)
                carried.Set(parts, value.Value);
            else if (value.Attribute.Kind != PolicyValueKind.Anything)
                rest.Add(value.ToModel());
        }

        return rest.ToImmutable();
    }

    /// <summary>The order in which attributes are written must not decide whether two policies are equal.</summary>
    private static IEnumerable<DraftValue> InTableOrder(DraftEntry entry) =>
        entry.Values.OrderBy(static value => PolicyAttributeTable.All.IndexOf(value.Attribute));
}
