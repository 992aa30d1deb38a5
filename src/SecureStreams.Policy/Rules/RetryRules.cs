namespace SecureStreams.Policy;

/// <summary>Values of one back-off scheme that do not go together.</summary>
internal static class RetryRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var scheme in draft[PolicySection.Retry])
        {
            // 0 switches the check off, so there is no hang-up that could come first.
            if (scheme.Find("svalidping") is { } ping && scheme.Find("svalidhup") is { Value.Number: > 0 } hangup && ping.Value.Number >= hangup.Value.Number)
            {
                bag.Report(PolicyDiagnosticTable.PingNotBeforeHangup, ping.Source, ping.Node,
                    $"{scheme.Subject}: svalidping {ping.Value.Number} s is not before svalidhup {hangup.Value.Number} s, so that the ping never happens");
            }
        }
    }
}
