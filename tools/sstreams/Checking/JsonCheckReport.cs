using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Checking;

/// <summary>One object for all policies; <c>docs/sstreams.md</c> describes it. Members may be added, what is there keeps its meaning while <c>version</c> is 1.</summary>
internal sealed class JsonCheckReport : ICheckReport
{
    private const int Version = 1;

    private readonly List<(PolicySelection Selection, LoadedPolicy? Loaded, string? Problem)> _results = [];

    public void Loaded(LoadedPolicy loaded) => _results.Add((loaded.Selection, loaded, null));

    public void Unusable(PolicySelection selection, string problem) => _results.Add((selection, null, problem));

    public ReadOnlyMemory<byte> Complete() => JsonText.Build(Write);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartArray("files");
        foreach (var (selection, loaded, problem) in _results)
            WriteFile(writer, selection, loaded, problem);
        writer.WriteEndArray();
        writer.WriteNumber("errors", _results.Sum(static one => one.Loaded?.Errors ?? 1));
        writer.WriteNumber("warnings", _results.Sum(static one => one.Loaded?.Warnings ?? 0));
        writer.WriteStartArray("diagnostics");
        foreach (var finding in _results.SelectMany(static one => one.Loaded?.Diagnostics ?? []))
            WriteDiagnostic(writer, finding);
        writer.WriteEndArray();
        writer.WriteStartArray("accepted_not_acted_on");
        foreach (var stated in _results.Where(static one => one.Loaded?.Model is not null).SelectMany(static one => StatedAttribute.NotActedOn(one.Loaded!.Model!)))
            WriteStated(writer, stated);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter writer, PolicySelection selection, LoadedPolicy? loaded, string? problem)
    {
        writer.WriteStartObject();
        writer.WriteString("file", selection.Name);
        writer.WriteStrings("overlays", selection.Overlays.Select(PolicySelection.NameOf));
        writer.WriteBoolean("ok", loaded?.Model is not null);
        writer.WriteNumber("streamtypes", loaded?.Model?.StreamTypes.Count ?? 0);
        writer.WriteNumber("errors", loaded?.Errors ?? 1);
        writer.WriteNumber("warnings", loaded?.Warnings ?? 0);
        writer.WriteStringIfAny("problem", problem);
        writer.WriteEndObject();
    }

    // The same words as in the lines for people, so that printing them does no harm.
    private static void WriteDiagnostic(Utf8JsonWriter writer, PolicyDiagnostic finding)
    {
        writer.WriteStartObject();
        writer.WriteString("id", finding.Id);
        writer.WriteString("severity", SeverityText.Of(finding.Severity));
        writer.WriteString("file", finding.File);
        writer.WriteNumber("line", finding.Line);
        writer.WriteNumber("column", finding.Column);
        writer.WriteString("path", PlainText.OneLine(finding.JsonPath));
        writer.WriteString("message", PlainText.OneLine(finding.Message));
        writer.WriteStringIfAny("value", finding.Value is { } value ? PlainText.OneLine(value) : null);
        if (!finding.Allowed.IsDefaultOrEmpty)
            writer.WriteStrings("allowed", finding.Allowed);
        writer.WriteStringIfAny("suggestion", finding.Suggestion is { } suggestion ? PlainText.OneLine(suggestion) : null);
        writer.WriteStringIfAny("help", DiagnosticHelp.Find(finding.Id)?.Fix);
        writer.WriteEndObject();
    }

    private static void WriteStated(Utf8JsonWriter writer, StatedAttribute stated)
    {
        writer.WriteStartObject();
        writer.WriteString("attribute", stated.Attribute.Name);
        writer.WriteString("in", PlainText.OneLine(stated.Owner));
        writer.WriteString("file", stated.Location.File);
        writer.WriteNumber("line", stated.Location.Line);
        writer.WriteNumber("column", stated.Location.Column);
        writer.WriteEndObject();
    }
}
