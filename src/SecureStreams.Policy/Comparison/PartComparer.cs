using System.Collections.Immutable;
using System.Security.Cryptography;

namespace SecureStreams.Policy;

/// <summary>Compares two versions of one part: what they state, and what they refer to. Finds something exactly when they are not equal.</summary>
internal sealed class PartComparer
{
    // 64 bits tell any two certificates of a policy apart, and fit a line.
    private const int ShownDigits = 16;

    private readonly ImmutableArray<PolicyChange>.Builder _changes = ImmutableArray.CreateBuilder<PolicyChange>();

    private PartComparer()
    {
    }

    public static ImmutableArray<PolicyChange> Compare(PolicyPart before, PolicyPart after)
    {
        var comparer = new PartComparer();
        comparer.CompareParts(before, after, null, PolicyImpact.Recreate);
        return comparer._changes.ToImmutable();
    }

    /// <summary>What stands for the bytes of a certificate.</summary>
    public static PolicyValue Fingerprint(CertificatePolicy certificate) =>
        PolicyValue.Of(certificate.Problem ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(certificate.Der.AsSpan()))[..ShownDigits]);

    /// <param name="before">The part as it was.</param>
    /// <param name="after">The part as it is.</param>
    /// <param name="via">How a streamtype or a trust store calls the part, or null when it is compared for itself.</param>
    /// <param name="atMost">What a change may ask for at most: no more than the reference that it comes through.</param>
    private void CompareParts(PolicyPart before, PolicyPart after, string? via, PolicyImpact atMost)
    {
        switch (before, after)
        {
            case (CertificatePolicy was, CertificatePolicy now):
                _changes.Add(new PolicyChange
                {
                    Attribute = null, Before = Fingerprint(was), After = Fingerprint(now), LocationBefore = was.Place, LocationAfter = now.Place,
                    Impact = Least(PolicyImpact.Reconnect, atMost), Via = via,
                });
                break;
            case (TrustStorePolicy was, TrustStorePolicy now):
                CompareRows(PolicySection.TrustStores, before, after, via, atMost);
                CompareCertificates(was, now, via, atMost);
                break;
            case (StreamTypePolicy was, StreamTypePolicy now):
                CompareRows(PolicySection.StreamTypes, before, after, via, atMost);
                CompareReferences(was, now);
                break;
            default:
                CompareRows(before.Section, before, after, via, atMost);
                break;
        }
    }

    private void CompareRows(PolicySection section, PolicyPart before, PolicyPart after, string? via, PolicyImpact atMost)
    {
        foreach (var row in PolicyAttributeTable.Of(section))
        {
            // Parts are paired by name; whether the name also stands as an attribute is a matter of notation.
            if (row.Name == "name")
                continue;
            var was = ValueOf(before, row);
            var now = ValueOf(after, row);
            if (StatedValues.Same(row, was?.Value, now?.Value))
                continue;
            var change = new PolicyChange
            {
                Attribute = row, Before = Meaning(was), After = Meaning(now), LocationBefore = was?.Location, LocationAfter = now?.Location,
                Impact = Least(row.Impact, atMost), Via = via,
            };
            if (row.Kind is not (PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap) || !AddEntries(change, was?.Value.Pairs ?? [], now?.Value.Pairs ?? []))
                _changes.Add(change);
        }
    }

    /// <summary>The change of a map entry by entry; false when only their order differs.</summary>
    private bool AddEntries(PolicyChange change, ImmutableArray<PolicyPair> before, ImmutableArray<PolicyPair> after)
    {
        var was = before.ToDictionary(static pair => pair.Key, StringComparer.Ordinal);
        var now = after.ToDictionary(static pair => pair.Key, StringComparer.Ordinal);
        var found = false;
        foreach (var key in was.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            PolicyPair? mine = was.TryGetValue(key, out var pair) ? pair : null;
            PolicyPair? others = now.TryGetValue(key, out pair) ? pair : null;
            if (mine == others)
                continue;
            found = true;
            _changes.Add(change with { Key = key, Before = mine?.Value, After = others?.Value, LocationBefore = mine?.Location, LocationAfter = others?.Location });
        }

        return found;
    }

    /// <summary>What a streamtype refers to, where both refer to the same name: another name is a change of its own.</summary>
    private void CompareReferences(StreamTypePolicy before, StreamTypePolicy after)
    {
        CompareReference("retry", before.Retry, after.Retry);
        CompareReference("tls_trust_store", before.TrustStore, after.TrustStore);
        CompareReference("server_cert", before.ServerCertificate, after.ServerCertificate);
        CompareReference("server_key", before.ServerKey, after.ServerKey);
        CompareReference("use_auth", before.Auth, after.Auth);
        CompareReference("tls_client_trust_store", before.ClientTrustStore, after.ClientTrustStore);
    }

    private void CompareReference(string attribute, PolicyPart? before, PolicyPart? after)
    {
        if (before is null || after is null || before.Name != after.Name || before.Equals(after))
            return;
        var row = PolicyAttributeTable.Find(PolicySection.StreamTypes, attribute) ?? throw new InvalidOperationException($"The table has no '{attribute}'.");
        CompareParts(before, after, before.Subject, row.Impact);
    }

    private void CompareCertificates(TrustStorePolicy before, TrustStorePolicy after, string? via, PolicyImpact atMost)
    {
        var nowByName = after.Certificates.DistinctBy(static one => one.Name, StringComparer.Ordinal).ToDictionary(static one => one.Name, StringComparer.Ordinal);
        foreach (var was in before.Certificates.DistinctBy(static one => one.Name, StringComparer.Ordinal).OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            if (nowByName.TryGetValue(was.Name, out var now) && !was.Equals(now))
                CompareParts(was, now, via is null ? was.Subject : $"{was.Subject} of {via}", atMost);
        }
    }

    /// <summary>
    /// What the part says of the attribute, or null. A streamtype that names an authentication header asks for the default scheme without a word, and one that says
    /// nothing of a proxy for that of the document.
    /// </summary>
    private static PolicyAttributeValue? ValueOf(PolicyPart part, PolicyAttributeInfo row)
    {
        var stated = part.Find(row.Name);
        if (stated is null && part is StreamTypePolicy { Proxy: { } proxy } && row.Name == proxy.Attribute)
            return new PolicyAttributeValue(row, PolicyValue.Of(proxy.Text), proxy.Location);
        return stated is null && row.Name == "use_auth" && part is StreamTypePolicy { Auth: { } auth }
            ? new PolicyAttributeValue(row, PolicyValue.Of(auth.Name), part.Locate("http_auth_header") ?? part.Location)
            : stated;
    }

    /// <summary>Null where what is stated only says that the default holds.</summary>
    private static PolicyValue? Meaning(PolicyAttributeValue? stated) => stated is { } one && !one.Attribute.MeansDefault(one.Value) ? one.Value : null;

    private static PolicyImpact Least(PolicyImpact one, PolicyImpact other) => one < other ? one : other;
}
