using System.Text;

namespace SecureStreams.Policy;

/// <summary>The page of diagnostics. The messages on it are those that the examples give when they are loaded.</summary>
internal static class PolicyErrorPage
{
    /// <summary>What the examples are called in their messages.</summary>
    public const string ExampleName = "policy.json";

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # Policy diagnostics

            Made from the table of ids (`src/SecureStreams.Policy/Diagnostics`); a test keeps the two the same. Ids are stable and never reused.

            A line reads `file(line,column): severity id: message`; lines and columns count from 1, columns in UTF-16 characters.
            A policy with an error is not loaded: errors are what cannot run as written. All else is a warning. A strict load takes every warning for an error.

            | Id | Severity | What |
            |---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var info in PolicyDiagnosticTable.All)
            page.Append("| [").Append(info.Id).Append("](#").Append(info.Id.ToLowerInvariant()).Append(") | ").Append(info.Severity.ToName()).Append(" | ").Append(PolicyReference.Cell(info.Title)).Append(" |\n");
        foreach (var info in PolicyDiagnosticTable.All)
            Append(page, info);
        return page.ToString();
    }

    /// <summary>What the example of <paramref name="info"/> is answered with.</summary>
    public static PolicyLoadResult Load(PolicyDiagnosticInfo info) =>
        PolicyLoader.Load(Encoding.UTF8.GetBytes(info.Example ?? ""), ExampleName, info.ExampleOptions);

    private static void Append(StringBuilder page, PolicyDiagnosticInfo info)
    {
        page.Append("\n## ").Append(info.Id).Append("\n\n**").Append(info.Title).Append("** (").Append(info.Severity.ToName()).Append(")\n\n");
        page.Append(info.Explanation).Append("\n\n");
        if (info.Example is null)
        {
            page.Append("No example: ").Append(info.NoExample).Append(".\n\n");
        }
        else
        {
            if (string.IsNullOrWhiteSpace(info.Example))
                page.Append("An empty file gives:\n\n");
            else
                page.Append("```json\n").Append(info.Example).Append("\n```\n\n").Append(info.ExampleNote.Length == 0 ? "gives:" : info.ExampleNote).Append("\n\n");
            page.Append("```text\n");
            foreach (var line in Load(info).Diagnostics)
                page.Append(line).Append('\n');
            page.Append("```\n\n");
        }

        page.Append("What to do: ").Append(info.Fix).Append('\n');
    }
}
