using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Explaining;

/// <summary>An explanation for programs. Members may be added, what is there keeps its meaning while <c>version</c> is 1.</summary>
internal static class ExplanationJson
{
    private const int Version = 1;

    public static ReadOnlyMemory<byte> Build(Explanation explained) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartArray("attributes");
        foreach (var row in explained.Attributes)
            Write(writer, row);
        writer.WriteEndArray();
        writer.WriteStartArray("diagnostics");
        if (explained.Diagnostic is { } diagnostic)
            Write(writer, diagnostic);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, PolicyAttributeInfo row)
    {
        writer.WriteStartObject();
        writer.WriteString("name", row.Name);
        writer.WriteStrings("also", row.OldSpellings);
        writer.WriteString("section", AttributeWords.SectionName(row.Section));
        writer.WriteString("type", JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Kind.ToString()));
        if (AttributeWords.HasRange(row))
        {
            writer.WriteNumber("minimum", row.Minimum);
            if (AttributeWords.IsBounded(row))
                writer.WriteNumber("maximum", row.Maximum);
        }

        if (row.ZeroMeansDefault)
            writer.WriteBoolean("zero_means_default", true);
        writer.WriteStringIfAny("unit", row.Unit);
        if (!row.Choices.IsEmpty)
            writer.WriteStrings("allowed", row.Choices);
        WriteRefused(writer, row);
        writer.WriteStringIfAny("form", row.PatternHelp);
        writer.WriteStringIfAny("pattern", row.Pattern);
        if (AttributeWords.HasMaximumItems(row))
            writer.WriteNumber("maximum_items", row.MaximumItems);
        writer.WriteStringIfAny("refers_to", AttributeWords.Target(row));
        writer.WriteStringIfAny("default", row.Default);
        writer.WriteStrings("scope", AttributeWords.Scopes(row.Scopes));
        writer.WriteStrings("protocols", AttributeWords.Protocols(row.Protocols));
        writer.WriteString("impact", AttributeWords.Impact(row.Impact));
        writer.WriteBoolean("acted_on", row.ActedOn);
        writer.WriteBoolean("extension", row.IsExtension);
        writer.WriteBoolean("secret", row.IsSecret);
        writer.WriteString("help", row.Help);
        writer.WriteEndObject();
    }

    private static void WriteRefused(Utf8JsonWriter writer, PolicyAttributeInfo row)
    {
        if (row.Refused.IsEmpty)
            return;
        writer.WriteStartArray("refused");
        foreach (var (text, reason) in row.Refused)
        {
            writer.WriteStartObject();
            writer.WriteString("text", text);
            writer.WriteString("reason", reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, PolicyDiagnosticInfo diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("id", diagnostic.Id);
        writer.WriteString("severity", SeverityText.Of(diagnostic.Severity));
        writer.WriteString("title", diagnostic.Title);
        writer.WriteString("explanation", diagnostic.Explanation);
        writer.WriteString("help", diagnostic.Fix);
        writer.WriteStringIfAny("example", diagnostic.Example);
        if (diagnostic.Example is not null)
            writer.WriteStrings("gives", DiagnosticExample.Findings(diagnostic));
        writer.WriteStringIfAny("no_example", diagnostic.NoExample);
        writer.WriteEndObject();
    }
}
