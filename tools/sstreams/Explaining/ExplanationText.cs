using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Explaining;

/// <summary>An explanation for people.</summary>
internal static class ExplanationText
{
    private const int LabelWidth = 14;

    public static ReadOnlyMemory<byte> Build(Explanation explained)
    {
        var text = new StringBuilder();
        if (explained.Diagnostic is { } diagnostic)
            Append(text, diagnostic);
        else if (explained.Name is null)
            AppendList(text, explained.Attributes);
        else
            AppendRows(text, explained.Attributes);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendList(StringBuilder text, IEnumerable<PolicyAttributeInfo> rows)
    {
        foreach (var section in rows.GroupBy(static row => row.Section))
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append(AttributeWords.SectionTitle(section.Key)).Append('\n');
            var width = section.Max(static row => row.Name.Length) + 2;
            foreach (var row in section)
                text.Append("  ").Append(row.Name.PadRight(width)).Append(row.Help).Append(row.IsExtension ? " [extension]" : "").Append(row.ActedOn ? "" : " [not acted on]").Append('\n');
        }
    }

    private static void AppendRows(StringBuilder text, IEnumerable<PolicyAttributeInfo> rows)
    {
        foreach (var row in rows)
        {
            if (text.Length > 0)
                text.Append('\n');
            Append(text, row);
        }
    }

    private static void Append(StringBuilder text, PolicyAttributeInfo row)
    {
        text.Append(row.Name).Append('\n').Append("  ").Append(row.Help).Append('\n');
        Append(text, "section", AttributeWords.SectionTitle(row.Section));
        Append(text, "also", string.Join(", ", row.OldSpellings));
        Append(text, "type", AttributeWords.Type(row));
        Append(text, "form", row.PatternHelp);
        Append(text, "range", AttributeWords.HasRange(row) ? AttributeWords.Range(row) : "");
        Append(text, "zero", row.ZeroMeansDefault ? "0 means the default" : "");
        Append(text, "unit", row.Unit);
        Append(text, "allowed", string.Join(", ", row.Choices));
        Append(text, "refused", string.Join(", ", AttributeWords.Refused(row)));
        Append(text, "at most", AttributeWords.HasMaximumItems(row) ? Wording.Count(row.MaximumItems, "item") : "");
        Append(text, "default", row.Default.Length == 0 ? "none" : row.Default);
        Append(text, "scope", row.Scopes == PolicyScopes.None ? "none: kept, and nothing reads it" : string.Join(", ", AttributeWords.Scopes(row.Scopes)));
        Append(text, "protocols", row.Protocols == PolicyProtocols.All ? "all" : string.Join(", ", AttributeWords.Protocols(row.Protocols)));
        Append(text, "on change", $"{AttributeWords.Impact(row.Impact)}: {AttributeWords.ImpactMeaning(row.Impact)}");
        Append(text, "acted on", row.ActedOn ? "yes" : "no: checked and kept, without effect in this release");
        Append(text, "extension", row.IsExtension ? "yes: lws does not know it" : "no");
        Append(text, "secret", row.IsSecret ? "yes: no message quotes it" : "no");
    }

    private static void Append(StringBuilder text, PolicyDiagnosticInfo diagnostic)
    {
        text.Append(diagnostic.Id).Append('\n').Append("  ").Append(diagnostic.Title).Append(".\n");
        text.Append("  ").Append(diagnostic.Explanation).Append('\n');
        Append(text, "severity", diagnostic.Severity == PolicySeverity.Error ? "error: the policy is not loaded" : "warning: an error with --strict");
        Append(text, "what to do", diagnostic.Fix);
        if (diagnostic.Example is not { } example)
        {
            Append(text, "example", $"none: {diagnostic.NoExample}");
            return;
        }

        AppendLines(text, "example", string.IsNullOrWhiteSpace(example) ? ["(an empty file)"] : example.Split('\n'));
        AppendLines(text, "gives", DiagnosticExample.Findings(diagnostic));
    }

    private static void AppendLines(StringBuilder text, string label, IReadOnlyCollection<string> lines)
    {
        if (lines.Count == 0)
            return;
        text.Append("  ").Append(label).Append(":\n");
        foreach (var line in lines)
            text.Append("    ").Append(line).Append('\n');
    }

    private static void Append(StringBuilder text, string label, string value)
    {
        if (value.Length > 0)
            text.Append("  ").Append($"{label}:".PadRight(LabelWidth)).Append(value).Append('\n');
    }
}
