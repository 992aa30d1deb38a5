namespace SecureStreams.Policy;

/// <summary>One way has one proxy. Streamtype and document are different ways of saying it: there the streamtype wins.</summary>
internal static class ProxyRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        Check(draft.Document, bag);
        foreach (var stream in draft[PolicySection.StreamTypes])
            Check(stream, bag);
    }

    private static void Check(DraftEntry entry, DiagnosticBag bag)
    {
        if (entry.Find("via-socks5") is { Value.Text.Length: > 0 } && entry.Find("via_http_proxy") is { Value.Text.Length: > 0 } http)
            bag.Report(PolicyDiagnosticTable.TwoProxies, http, $"{entry.Subject}: via_http_proxy is stated beside via-socks5, and a connection goes through one proxy");
    }
}
