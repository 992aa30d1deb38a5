using SecureStreams.Policy;
using Spectre.Console;

namespace SecureStreams.Tool;

/// <summary>Prints what came of loading a policy.</summary>
internal static class PolicyReport
{
    /// <summary>Every finding, one to a line.</summary>
    public static void Findings(LineWriter writer, IEnumerable<PolicyDiagnostic> findings)
    {
        foreach (var finding in findings)
        {
            var isError = finding.Severity == PolicySeverity.Error;
            var place = new PolicyLocation(finding.File, finding.Line, finding.Column);
            writer.Line($"{place}: ", isError ? "error" : "warning", isError ? Color.Red : Color.Yellow, $" {finding.Id}: {PlainText.OneLine(finding.Message)}");
        }
    }

    /// <summary>What a policy states that this release accepts without effect, by place.</summary>
    public static void NotActedOn(LineWriter writer, PolicyModel model)
    {
        foreach (var (location, attribute, owner) in StatedAttribute.NotActedOn(model))
            writer.Line($"{location}: ", "info", Color.Aqua, PlainText.OneLine($": {owner}: {attribute.Name} is accepted, not acted on"));
    }

    /// <summary>Why a policy cannot be used: every finding, and the line that sums up.</summary>
    public static void Refusal(LineWriter errors, LoadedPolicy loaded)
    {
        Findings(errors, loaded.Diagnostics);
        Summary(errors, loaded);
    }

    /// <summary>The last line of a policy.</summary>
    public static void Summary(LineWriter writer, LoadedPolicy loaded)
    {
        var warned = Wording.Count(loaded.Warnings, "warning");
        if (loaded.Model is { } model)
            writer.Line($"{loaded.Selection.Name}: ", "ok", Color.Green, $", {Wording.Count(model.StreamTypes.Count, "streamtype")}, {warned}");
        else
            writer.Line($"{loaded.Selection.Name}: ", "failed", Color.Red, $", {Wording.Count(loaded.Errors, "error")}, {warned}");
    }
}
