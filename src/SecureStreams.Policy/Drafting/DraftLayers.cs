namespace SecureStreams.Policy;

/// <summary>Puts an overlay over what stands below it: field by field, in the order of the layers.</summary>
internal static class DraftLayers
{
    public static void Overlay(PolicyDraft lower, PolicyDraft upper, DiagnosticBag bag)
    {
        foreach (var removal in upper.Removed)
        {
            if (lower.Find(removal.Section, removal.Name) is { } gone)
                lower.Forget(gone);
            else
                ReportNothingToRemove(removal, bag);
        }

        lower.Document.Overlay(upper.Document);
        foreach (var section in (ReadOnlySpan<PolicySection>)
            [PolicySection.Retry, PolicySection.Certificates, PolicySection.TrustStores, PolicySection.Auth, PolicySection.StreamTypes])
        {
            if (upper.Removed.Count > 0)
                lower.Sweep(section);
            foreach (var entry in upper[section])
                lower.Add(entry)?.Overlay(entry);
        }

        if (!upper.StatesMetrics)
            return;
        lower.Clear(PolicySection.Metrics);
        foreach (var entry in upper[PolicySection.Metrics])
            lower.AddUnnamed(entry);
    }

    /// <summary>Once the last layer lies on top.</summary>
    public static void Settle(PolicyDraft sum)
    {
        foreach (var entry in sum[PolicySection.StreamTypes])
            entry.Settle();
    }

    /// <summary>In the lowest layer there is nothing that could go.</summary>
    public static void CheckBase(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var removal in draft.Removed)
            ReportNothingToRemove(removal, bag);
    }

    private static void ReportNothingToRemove(DraftRemoval removal, DiagnosticBag bag) =>
        bag.ReportName(PolicyDiagnosticTable.NothingToRemove, removal.Node.Source, removal.Node,
            $"{SectionNouns.Of(removal.Section, removal.Name)} is null, which removes a definition of a layer below, and there is none");
}
