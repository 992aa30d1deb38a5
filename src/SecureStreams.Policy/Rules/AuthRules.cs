namespace SecureStreams.Policy;

/// <summary>Tokens and signatures: the parts of a scheme that need each other.</summary>
internal static class AuthRules
{
    private const string Signing = "sigv4";
    private static readonly string[] SigningAttributes = ["aws_region", "aws_service"];

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var scheme in draft[PolicySection.Auth])
        {
            if (scheme.Find("streamtype") is { } fetcher && draft.Find(PolicySection.StreamTypes, fetcher.Value.Text) is null)
            {
                bag.Report(PolicyDiagnosticTable.AuthStreamUnknown, fetcher,
                    $"{scheme.Subject}: streamtype names {QuotedValue.Of(fetcher.Value.Text)}, which is not defined{bag.Suggest(fetcher.Value.Text, draft[PolicySection.StreamTypes].Select(static one => one.Name))}");
            }
        }

        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            CheckHeader(stream, bag);
            CheckSigning(draft, stream, bag);
        }
    }

    private static void CheckHeader(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.IsStated("http_auth_header"))
            return;
        if ((stream.Find("http_auth_preamble") ?? (stream.Flag("auth_hexify") ? stream.Find("auth_hexify") : null)) is { } idle)
            bag.Report(PolicyDiagnosticTable.AuthWithoutHeader, idle, $"{stream.Subject}: {idle.Attribute.Name} has no effect without http_auth_header, which names the header that carries the token");
    }

    private static void CheckSigning(PolicyDraft draft, DraftEntry stream, DiagnosticBag bag)
    {
        var use = stream.Find("use_auth");
        var name = use?.Value.Text;
        var scheme = name is null ? null : draft.Find(PolicySection.Auth, name);
        if (stream.IsWrong("use_auth") || (name is not null && scheme is null && !ResolvedNames.IsBuiltIn(PolicySection.Auth, name)) || scheme?.IsWrong("type") == true)
            return;

        var signs = scheme?.Find("type")?.Value.Text == Signing;
        if (signs && use is { } stated)
        {
            var missing = SigningAttributes.Where(attribute => !stream.IsStated(attribute)).ToList();
            if (missing.Count > 0)
                bag.Report(PolicyDiagnosticTable.SigningIncomplete, stated, $"{stream.Subject}: use_auth names the {Signing} scheme {QuotedValue.Of(stated.Value.Text)}, but {string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not stated, and the signature needs both");
        }
        else if (!signs && stream.FindAny(SigningAttributes) is { } idle)
        {
            bag.Report(PolicyDiagnosticTable.SigningWithoutScheme, idle, $"{stream.Subject}: {idle.Attribute.Name} has no effect without use_auth naming a scheme whose type is {Signing}");
        }
    }
}
