namespace SecureStreams.Policy;

/// <summary>Puts an overlay over what stands below it: field by field, in the order of the layers.</summary>
internal static class DraftLayers
{
    public static void Overlay(PolicyDraft lower, PolicyDraft upper, DiagnosticBag bag)
    {
        foreach (var (section, name, node) in upper.Removed)
        {
            if (lower.Find(section, name) is { } gone)
                lower.Forget(gone);
            else
                ReportNothingToRemove(section, name, node, bag);
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

    /// <summary>In the lowest layer there is nothing that could go.</summary>
    public static void CheckBase(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var (section, name, node) in draft.Removed)
            ReportNothingToRemove(section, name, node, bag);
    }

    private static void ReportNothingToRemove(PolicySection section, string name, JsonNode node, DiagnosticBag bag) =>
        bag.ReportName(PolicyDiagnosticTable.NothingToRemove, node.Source, node,
            $"{SectionNouns.Of(section, name)} is null, which removes a definition of a layer below, and there is none");
}
