using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A member that no row of the table has.</summary>
internal static class UnknownMember
{
    public static void Report(DiagnosticBag bag, SourceText source, string subject, JsonNode member, IEnumerable<string> known)
    {
        var name = member.Name ?? "";
        bag.ReportName(PolicyDiagnosticTable.UnknownMember, source, member, $"{subject}: unknown member {QuotedValue.Of(name)}, ignored{bag.Suggest(name, known)}");

        // Ignored or not, it stands in a file that is copied and logged.
        if (member.Kind is JsonValueKind.String or JsonValueKind.Number && member.Text.Length > 0 && SecretRules.IsSecretName(name))
            bag.Report(PolicyDiagnosticTable.SecretInText, source, member, $"{subject}: {Wording.Quote(name)} looks like a secret, in clear text; keep it in a blob, or let the application supply it as metadata");
    }
}
