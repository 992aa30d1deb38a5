namespace SecureStreams.Policy;

/// <summary>Streamtypes that supply the parts of one multipart request, each naming the next.</summary>
internal static class RideshareRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        // Each streamtype names one other at most, so one walk over all of them meets every circle once.
        var walks = new Dictionary<DraftEntry, DraftEntry>();
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (stream.Find("rideshare") is null)
                continue;
            DraftEntry? at = stream;
            while (at is not null && walks.TryAdd(at, stream))
                at = Next(draft, at);
            if (at is not null && ReferenceEquals(walks[at], stream) && at.Find("rideshare") is { } back)
                ReportCircle(draft, at, back, bag);
            CheckParts(draft, stream, bag);
        }
    }

    private static void ReportCircle(PolicyDraft draft, DraftEntry start, DraftValue back, DiagnosticBag bag)
    {
        List<string> others = [];
        for (var at = Next(draft, start); at is not null && !ReferenceEquals(at, start); at = Next(draft, at))
            others.Add(Wording.Quote(at.Name));
        bag.Report(PolicyDiagnosticTable.RideshareCycle, back, others.Count == 0
            ? $"{start.Subject}: rideshare names the streamtype itself, so that the request would never end"
            : $"{start.Subject}: rideshare leads back to it by {string.Join(", ", others.Take(8))}{(others.Count > 8 ? ", ..." : "")}, so that the request would never end");
    }

    private static void CheckParts(PolicyDraft draft, DraftEntry stream, DiagnosticBag bag)
    {
        if (!StreamRole.Of(stream).IsClient || Next(draft, stream) is not { } target || stream.Find("rideshare") is not { } next)
            return;
        foreach (var part in ReferenceEquals(stream, target) ? [stream] : new[] { stream, target })
        {
            if (StreamRole.Of(part).IsHttp && HttpRules.MultipartOf(part) is null && !HasWrongPart(part))
            {
                bag.Report(PolicyDiagnosticTable.RideshareOutsideMultipart, next,
                    $"{stream.Subject}: rideshare joins the parts of a multipart request, but {part.Subject} has none of http_multipart_name, http_multipart_filename, http_mime_content_type");
            }
        }
    }

    private static bool HasWrongPart(DraftEntry part) =>
        part.IsWrong("http_multipart_name") || part.IsWrong("http_multipart_filename") || part.IsWrong("http_mime_content_type");

    private static DraftEntry? Next(PolicyDraft draft, DraftEntry stream) =>
        stream.Find("rideshare") is { } next ? draft.Find(PolicySection.StreamTypes, next.Value.Text) : null;
}
