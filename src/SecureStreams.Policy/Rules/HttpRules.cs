using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Attributes of one HTTP streamtype that do not go together.</summary>
internal static class HttpRules
{
    /// <summary>Headers that frame a connection (RFC 9110, 7.6.1), which a request is refused for. Not content-length: the application may know the length of its body.</summary>
    private static readonly HashSet<string> Framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
    };

    private const int SearchedInTurn = 16;

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        var parts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            if (stream.Find("rideshare") is { } next)
                parts.Add(next.Value.Text);
        }

        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (role.IsHttp && role.IsClient)
            {
                CheckBody(stream, parts.Contains(stream.Name), bag);
                CheckRedirects(stream, bag);
            }

            if (role.IsHttp || role.Protocol == PolicyProtocols.WebSocket)
                CheckHeaders(stream, bag);
        }
    }

    /// <summary>Any of these makes the body a multipart one.</summary>
    public static DraftValue? MultipartOf(DraftEntry stream) => stream.FindAny("http_multipart_name", "http_multipart_filename", "http_mime_content_type");

    private static void CheckBody(DraftEntry stream, bool isPart, DiagnosticBag bag)
    {
        var form = stream.Flag("http_www_form_urlencoded") ? stream.Find("http_www_form_urlencoded") : null;
        var multipart = MultipartOf(stream);
        if (form is { } encoded && multipart is { } part)
            bag.Report(PolicyDiagnosticTable.FormAndMultipart, encoded, $"{stream.Subject}: http_www_form_urlencoded and {part.Attribute.Name} are two kinds of body; a request has one");

        // A part of another streamtype's request goes out with that one's method.
        var method = stream.Find("http_method");
        if ((form ?? multipart) is not { } body || stream.IsWrong("http_method") || (method is null && isPart))
            return;
        var name = method?.Value.Text ?? "GET";
        if (name is not ("GET" or "HEAD"))
            return;
        Finding finding = $"{stream.Subject}: {body.Attribute.Name} describes a body, but http_method is {QuotedValue.Of(name)}{(method is null ? ", the default" : "")}, and such a request has none";
        bag.Report(PolicyDiagnosticTable.BodyWithoutMethod, method ?? body, finding);
    }

    private static void CheckRedirects(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Flag("http_fail_redirect") && stream.Flag("allow_redirects") && stream.Find("allow_redirects") is { } allow)
            bag.Report(PolicyDiagnosticTable.RedirectsContradict, allow, $"{stream.Subject}: allow_redirects has no effect beside http_fail_redirect, which wins");
    }

    private static void CheckHeaders(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Find("metadata") is not { } metadata)
            return;
        Dictionary<string, string>? owners = null;
        foreach (var pair in metadata.Value.Pairs)
        {
            var name = pair.Key;
            var header = pair.Value.Text;
            if (header.Length == 0)
                continue;
            if (Framing.Contains(header))
                bag.Report(PolicyDiagnosticTable.FramingHeader, metadata, $"{stream.Subject}: metadata {Wording.Quote(name)} travels in {QuotedValue.Of(header)}, which frames the connection and is not the application's to set");
            if (owners is null && !IsRepeated(metadata.Value.Pairs, header))
                continue;
            owners ??= new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            if (!owners.TryAdd(header, name))
                bag.Report(PolicyDiagnosticTable.HeaderTwice, metadata, $"{stream.Subject}: metadata {Wording.Quote(owners[header])} and {Wording.Quote(name)} both travel in header {QuotedValue.Of(header)}");
        }
    }

    /// <summary>Whether more than one entry has this header; for many entries simply yes, and a table tells.</summary>
    private static bool IsRepeated(ImmutableArray<PolicyPair> pairs, string header)
    {
        if (pairs.Length > SearchedInTurn)
            return true;
        var count = 0;
        foreach (var pair in pairs)
            count += pair.Value.Text.Equals(header, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return count > 1;
    }
}
