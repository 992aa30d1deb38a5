namespace SecureStreams.Policy;

/// <summary>Thresholds that must be in order.</summary>
internal static class BufferRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            CheckFlow(stream, bag, "proxy_buflen", "proxy_buflen_rxflow_on_above", "proxy_buflen_rxflow_off_below");
            CheckFlow(stream, bag, "client_buflen", "client_buflen_rxflow_on_above", "client_buflen_rxflow_off_below");
            CheckWatermarks(stream, bag, "rx_watermark_low", "rx_watermark_high");
        }
    }

    private static void CheckFlow(DraftEntry stream, DiagnosticBag bag, string size, string above, string below)
    {
        if (stream.FindAny(below, above) is not { } stated || stream.EffectiveNumber(above) is not { } on || stream.EffectiveNumber(below) is not { } off)
            return;
        if (on == 0)
        {
            if (off > 0)
                bag.Report(PolicyDiagnosticTable.ThresholdOrder, stated, $"{stream.Subject}: {below} is {off}, but {above} is 0, so that reading never stops and there is nothing to resume");
        }
        else if (off >= on)
        {
            bag.Report(PolicyDiagnosticTable.ThresholdOrder, stated, $"{stream.Subject}: {below} {off} is not less than {above} {on}, so that reading would stop and resume at once");
        }

        if (stream.EffectiveNumber(size) is { } length && on > length && stream.FindAny(above, size) is { } decides)
            bag.Report(PolicyDiagnosticTable.ThresholdOrder, decides, $"{stream.Subject}: {above} {on} is more than {size} {length}, so that the buffer overflows before reading stops");
    }

    private static void CheckWatermarks(DraftEntry stream, DiagnosticBag bag, string low, string high)
    {
        if (stream.FindAny(low, high) is { } stated && stream.EffectiveNumber(low) is { } resume && stream.EffectiveNumber(high) is { } stop && resume >= stop && stop > 0)
            bag.Report(PolicyDiagnosticTable.ThresholdOrder, stated, $"{stream.Subject}: {low} {resume} is not less than {high} {stop}");
    }
}
