namespace SecureStreams.Policy;

/// <summary>Schemes, stores and certificates that nothing names. A spelling mistake in the name would be a dangling one; this is what is left over.</summary>
internal static class UnusedRules
{
    private static readonly PolicySection[] Judged = [PolicySection.Retry, PolicySection.Certificates, PolicySection.TrustStores, PolicySection.Auth];

    /// <param name="draft">The policy.</param>
    /// <param name="unusable">Certificates of which that need not be said as well.</param>
    /// <param name="bag">Where to report.</param>
    public static void Check(PolicyDraft draft, IReadOnlySet<string> unusable, DiagnosticBag bag)
    {
        // A document without streamtypes is made to be completed by another.
        if (draft[PolicySection.StreamTypes].Count == 0)
            return;
        foreach (var section in Judged)
        {
            var named = NamedIn(draft, section, out var uncertain);

            // Where a reference is wrong, any of the entries may be the one that was meant.
            if (uncertain)
                continue;
            foreach (var entry in draft[section])
            {
                if (!named.Contains(entry.Name) && !(section == PolicySection.Certificates && unusable.Contains(entry.Name)))
                    bag.Report(PolicyDiagnosticTable.Unused, entry, $"{entry.Subject}: nothing in the policy uses it");
            }
        }
    }

    private static HashSet<string> NamedIn(PolicyDraft draft, PolicySection section, out bool uncertain)
    {
        uncertain = false;
        var referring = PolicyAttributeTable.All.Where(row => row.RefersTo == section).ToList();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in draft.All)
        {
            foreach (var value in entry.Values)
            {
                if (value.Attribute.RefersTo == section)
                    named.UnionWith(value.NamesIn());
            }

            uncertain |= referring.Exists(row => row.Section == entry.Section && entry.IsWrong(row.Name));

            // A header for the token with no scheme named means the one called lwa.
            if (section == PolicySection.Auth && entry.IsStated("http_auth_header") && !entry.IsStated("use_auth"))
                named.Add(ReferenceRules.BuiltInAuth);
        }

        uncertain |= named.Any(name => draft.Find(section, name) is null && !ReferenceRules.IsBuiltIn(section, name));
        return named;
    }
}
