using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Explaining;

/// <summary>The example of a diagnostic, tried out.</summary>
internal static class DiagnosticExample
{
    private const string Name = "policy.json";

    /// <summary>What the example is told with this id; empty when that takes more than the example, such as the name of a product.</summary>
    public static IReadOnlyCollection<string> Findings(PolicyDiagnosticInfo row) =>
        [.. PolicyLoader.Load(Encoding.UTF8.GetBytes(row.Example ?? ""), Name).Diagnostics.Where(one => one.Id == row.Id).Select(static one => PlainText.OneLine(one.ToString()))];
}
