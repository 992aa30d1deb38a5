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
        var stated = Stated("document", model.Document)
            .Concat(model.Auths.Values.SelectMany(static auth => Stated($"auth scheme '{auth}'", auth)))
            .Concat(model.Metrics.SelectMany(static metric => Stated($"metric '{metric}'", metric)))
            .Concat(model.Retries.Values.SelectMany(static retry => Stated($"retry scheme '{retry}'", retry)))
            .Concat(model.StreamTypes.Values.SelectMany(static type => Stated($"streamtype '{type}'", type)));
        foreach (var (location, attribute, owner) in stated.Where(static one => !one.Attribute.ActedOn)
            .OrderBy(static one => one.Location.Line).ThenBy(static one => one.Location.Column))
        {
            writer.Line($"{location}: ", "info", Color.Aqua, PlainText.OneLine($": {owner}: {attribute.Name} is accepted, not acted on"));
        }
    }

    /// <summary>The last line of a file.</summary>
    public static void Summary(LineWriter writer, string name, PolicyLoadResult result)
    {
        var warnings = result.Diagnostics.Count(static finding => finding.Severity == PolicySeverity.Warning);
        var warned = Wording.Count(warnings, "warning");
        if (result.Model is { } model)
            writer.Line($"{name}: ", "ok", Color.Green, $", {Wording.Count(model.StreamTypes.Count, "streamtype")}, {warned}");
        else
            writer.Line($"{name}: ", "failed", Color.Red, $", {Wording.Count(result.Diagnostics.Length - warnings, "error")}, {warned}");
    }

    private static IEnumerable<(PolicyLocation Location, PolicyAttributeInfo Attribute, string Owner)> Stated(string owner, PolicyPart part) =>
        part.Stated.Select(value => (value.Location, value.Attribute, owner));
}
