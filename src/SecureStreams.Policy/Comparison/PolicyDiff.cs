using System.Collections.Immutable;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>
/// What differs between two policies that were loaded, by meaning: a stated default is the same as none, and places do not count. Immutable. A streamtype is
/// among the changed ones exactly when the two are not equal, so that an update touches it.
/// </summary>
public sealed class PolicyDiff
{
    private PolicyDiff(ImmutableArray<PolicyChange> document, ImmutableArray<PolicySectionDiff> sections)
    {
        Document = document;
        Sections = sections;
    }

    /// <summary>Changes of the members of the document itself, sections not.</summary>
    public ImmutableArray<PolicyChange> Document { get; }

    /// <summary>Retry schemes, certificates, trust stores, auth schemes, metrics and streamtypes, in this order, each with or without differences.</summary>
    public ImmutableArray<PolicySectionDiff> Sections { get; }

    /// <summary>Whether the policies are equal.</summary>
    public bool IsEmpty => Document.IsEmpty && Sections.All(static section => section.IsEmpty);

    /// <summary>The differences of one section.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no section of parts: the document, or metadata.</exception>
    public PolicySectionDiff this[PolicySection section]
    {
        get
        {
            foreach (var one in Sections)
            {
                if (one.Section == section)
                    return one;
            }

            throw new ArgumentOutOfRangeException(nameof(section), section, "Not a section of parts.");
        }
    }

    /// <summary>Compares two policies.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static PolicyDiff Between(PolicyModel before, PolicyModel after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return new PolicyDiff(
            PartComparer.Compare(before.Document, after.Document),
            [
                SectionComparer.Compare(PolicySection.Retry, before.Retries, after.Retries),
                SectionComparer.Compare(PolicySection.Certificates, before.Certificates, after.Certificates),
                SectionComparer.Compare(PolicySection.TrustStores, before.TrustStores, after.TrustStores),
                SectionComparer.Compare(PolicySection.Auth, before.Auths, after.Auths),
                SectionComparer.CompareMetrics(before.Metrics, after.Metrics),
                SectionComparer.Compare(PolicySection.StreamTypes, before.StreamTypes, after.StreamTypes),
            ]);
    }

    /// <summary>
    /// For people, one line for each difference, each ended by LF; empty when there is none. <c>+</c> added, <c>-</c> removed, <c>~</c> changed:
    /// <c>~ streamtype 'x': port 443 -> 8443 (reconnect) base.json(3,4) -> new.json(3,4)</c>. Secrets are not shown.
    /// </summary>
    public string ToText() => PolicyDiffText.Write(this);

    /// <summary>
    /// One JSON object for programs. Members: <c>document</c>, an array of changes; <c>retry</c>, <c>certs</c>, <c>trust_stores</c>, <c>auth</c>, <c>metrics</c> and
    /// <c>s</c>, each an object with <c>added</c> and <c>removed</c> (arrays of <c>{"name", "at"}</c>), <c>changed</c> (an array of
    /// <c>{"name", "impact", "changes"}</c>) and <c>order_changed</c>. A change has <c>attribute</c> (null for the content of a certificate), <c>key</c> and
    /// <c>via</c> (text or null), <c>impact</c>, <c>before</c> and <c>after</c> (null where the default holds or there is no such entry), <c>hidden</c> (true where
    /// both are left out, as null, because one is secret), <c>before_at</c> and <c>after_at</c>. A place is <c>{"file", "line", "column"}</c> or null.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        PolicyDiffJson.Write(writer, this);
    }

    /// <summary>How much differs.</summary>
    public override string ToString() => IsEmpty ? "no difference" : $"document: {Document.Length} changed; {string.Join("; ", Sections)}";
}
