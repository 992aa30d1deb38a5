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
            if (draft[section].Count == 0)
                continue;
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
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in draft.All)
        {
            foreach (ref readonly var value in entry.Values)
            {
                if (value.Attribute.RefersTo == section)
                    AddNames(value, named);
            }

            uncertain |= entry.HasWrong && HasWrongReference(entry, section);

            // A header for the token with no scheme named means the one called lwa.
            if (section == PolicySection.Auth && entry.IsStated("http_auth_header") && !entry.IsStated("use_auth"))
                named.Add(AuthPolicy.DefaultName);
        }

        foreach (var name in named)
            uncertain |= draft.Find(section, name) is null && !ResolvedNames.IsBuiltIn(section, name);
        return named;
    }

    private static void AddNames(in DraftValue value, HashSet<string> named)
    {
        if (value.Attribute.Kind == PolicyValueKind.Name)
            named.Add(value.Value.Text);
        foreach (var item in value.Value.Items)
            named.Add(item.Text);
    }

    private static bool HasWrongReference(DraftEntry entry, PolicySection section)
    {
        foreach (var row in PolicyAttributeTable.Of(entry.Section))
        {
            if (row.RefersTo == section && entry.IsWrong(row.Name))
                return true;
        }

        return false;
    }
}
