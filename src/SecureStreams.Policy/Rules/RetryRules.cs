namespace SecureStreams.Policy;

/// <summary>Values of one back-off scheme that do not go together.</summary>
internal static class RetryRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var scheme in draft[PolicySection.Retry])
        {
            CheckValidity(scheme, bag);
            CheckSpellings(scheme, "svalidping", bag);
            CheckSpellings(scheme, "svalidhup", bag);
            if (scheme.Find("backoff") is { } delays && delays.Value.Items.Length > 1 && scheme.EffectiveNumber("conceal") == 0)
            {
                bag.Report(PolicyDiagnosticTable.DelaysUnused, delays,
                    $"{scheme.Subject}: conceal is {(scheme.IsStated("conceal") ? "0" : "not stated")}, so that no retry is made and none of the {delays.Value.Items.Length} delays is used");
            }
        }
    }

    private static void CheckValidity(DraftEntry scheme, DiagnosticBag bag)
    {
        // 0 switches the check off, so there is no hang-up that could come first.
        if (InForce(scheme, "svalidping") is { } ping && InForce(scheme, "svalidhup") is { } hangup && hangup.Milliseconds > 0 && ping.Milliseconds >= hangup.Milliseconds)
            bag.Report(PolicyDiagnosticTable.PingNotBeforeHangup, ping.Value, $"{scheme.Subject}: {ping.Text} is not before {hangup.Text}, so that the ping never happens");
    }

    private static void CheckSpellings(DraftEntry scheme, string seconds, DiagnosticBag bag)
    {
        if (scheme.Find(seconds) is { } loses && scheme.Find(seconds + "_ms") is { } wins)
            bag.Report(PolicyDiagnosticTable.ValidityTwice, loses, $"{scheme.Subject}: {seconds} {loses.Value.Number} s has no effect beside {seconds}_ms {wins.Value.Number} ms, which wins");
    }

    /// <summary>Milliseconds win over seconds.</summary>
    private static (long Milliseconds, DraftValue Value, string Text)? InForce(DraftEntry scheme, string seconds)
    {
        if (scheme.Find(seconds + "_ms") is { } fine)
            return (fine.Value.Number, fine, $"{seconds}_ms {fine.Value.Number} ms");
        return scheme.Find(seconds) is { } coarse && !scheme.IsWrong(seconds + "_ms") ? (coarse.Value.Number * 1000, coarse, $"{seconds} {coarse.Value.Number} s") : null;
    }
}
