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
        var stated = model.Additional.Select(static value => (value.Location, value.Attribute, Owner: "document"))
            .Concat(model.OtherEntries.SelectMany(static entry => entry.Values.Select(value => (value.Location, value.Attribute, Owner: Owner(entry)))))
            .Concat(model.Retries.Values.SelectMany(static retry => Stated(PolicySection.Retry, $"retry scheme '{retry.Name}'", retry.Provenance)))
            .Concat(model.StreamTypes.Values.SelectMany(static type => Stated(PolicySection.StreamTypes, $"streamtype '{type.Name}'", type.Provenance)));
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

    private static string Owner(PolicyEntry entry) => $"{(entry.Section == PolicySection.Auth ? "auth scheme" : "entry")} '{entry.Name}'";

    private static IEnumerable<(PolicyLocation Location, PolicyAttributeInfo Attribute, string Owner)> Stated(
        PolicySection section, string owner, PolicyProvenance provenance)
    {
        foreach (var name in provenance.Attributes)
        {
            if (PolicyAttributeTable.Find(section, name) is { } attribute && provenance.Find(name) is { } location)
                yield return (location, attribute, owner);
        }
    }
}
