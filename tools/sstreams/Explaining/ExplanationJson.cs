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

        writer.WriteStringIfAny("unit", row.Unit);
        if (!row.Choices.IsEmpty)
            writer.WriteStrings("allowed", row.Choices);
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

    private static void Write(Utf8JsonWriter writer, PolicyDiagnosticInfo diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("id", diagnostic.Id);
        writer.WriteString("severity", SeverityText.Of(diagnostic.Severity));
        writer.WriteString("title", diagnostic.Title);
        writer.WriteString("help", diagnostic.Fix);
        writer.WriteEndObject();
    }
}
