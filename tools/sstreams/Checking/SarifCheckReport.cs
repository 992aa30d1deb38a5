using System.Reflection;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Checking;

/// <summary>SARIF 2.1.0, as code scanning services take it. A file that cannot be read is a notification of the run, for it has no rule and no line.</summary>
internal sealed class SarifCheckReport : ICheckReport
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    private static readonly Dictionary<string, int> RuleIndex =
        PolicyDiagnosticTable.All.Select(static (rule, index) => (rule.Id, index)).ToDictionary(static one => one.Id, static one => one.index);

    private readonly List<PolicyDiagnostic> _findings = [];
    private readonly List<(PolicySelection Selection, string Problem)> _unusable = [];

    public void Loaded(LoadedPolicy loaded) => _findings.AddRange(loaded.Diagnostics);

    public void Unusable(PolicySelection selection, string problem) => _unusable.Add((selection, problem));

    public ReadOnlyMemory<byte> Complete() => JsonText.Build(Write);

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("$schema", Schema);
        writer.WriteString("version", "2.1.0");
        writer.WriteStartArray("runs");
        writer.WriteStartObject();
        WriteTool(writer);
        WriteInvocation(writer);
        writer.WriteString("columnKind", "utf16CodeUnits");
        writer.WriteStartArray("results");
        foreach (var finding in _findings)
            WriteResult(writer, finding);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("tool");
        writer.WriteStartObject("driver");
        writer.WriteString("name", "sstreams");
        writer.WriteString("version", typeof(SarifCheckReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        writer.WriteStartArray("rules");
        foreach (var rule in PolicyDiagnosticTable.All)
        {
            writer.WriteStartObject();
            writer.WriteString("id", rule.Id);
            WriteText(writer, "shortDescription", rule.Title);
            WriteText(writer, "fullDescription", rule.Explanation);
            writer.WriteStartObject("defaultConfiguration");
            writer.WriteString("level", SeverityText.Of(rule.Severity));
            writer.WriteEndObject();
            WriteText(writer, "help", rule.Fix);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteInvocation(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("invocations");
        writer.WriteStartObject();
        writer.WriteBoolean("executionSuccessful", _unusable.Count == 0);
        writer.WriteStartArray("toolExecutionNotifications");
        foreach (var (selection, problem) in _unusable)
        {
            writer.WriteStartObject();
            writer.WriteString("level", "error");
            WriteText(writer, "message", problem);
            writer.WriteStartArray("locations");
            writer.WriteStartObject();
            writer.WriteStartObject("physicalLocation");
            WriteArtifact(writer, selection.Name);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter writer, PolicyDiagnostic finding)
    {
        writer.WriteStartObject();
        writer.WriteString("ruleId", finding.Id);
        if (RuleIndex.TryGetValue(finding.Id, out var index))
            writer.WriteNumber("ruleIndex", index);
        writer.WriteString("level", SeverityText.Of(finding.Severity));
        WriteText(writer, "message", finding.Message);
        writer.WriteStartArray("locations");
        writer.WriteStartObject();
        writer.WriteStartObject("physicalLocation");
        WriteArtifact(writer, finding.File);
        writer.WriteStartObject("region");
        writer.WriteNumber("startLine", finding.Line);
        writer.WriteNumber("startColumn", finding.Column);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartArray("logicalLocations");
        writer.WriteStartObject();
        writer.WriteString("fullyQualifiedName", PlainText.OneLine(finding.JsonPath));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteArtifact(Utf8JsonWriter writer, string file)
    {
        writer.WriteStartObject("artifactLocation");
        writer.WriteString("uri", ArtifactUri.Of(file, CurrentDirectory()));
        writer.WriteEndObject();
    }

    private static string? CurrentDirectory()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString("text", PlainText.OneLine(text));
        writer.WriteEndObject();
    }
}
