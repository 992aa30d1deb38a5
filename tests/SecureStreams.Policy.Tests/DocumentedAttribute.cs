using System.Collections.Immutable;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Policy.Tests;

/// <summary>One line of Data/lws-attributes.tsv: what the documents of lws say of an attribute. The columns are explained there.</summary>
internal sealed record DocumentedAttribute(ImmutableDictionary<string, string> Cells)
{
    public const string Unsaid = "?";
    public const string None = "-";

    private static readonly string[] Columns =
        ["section", "name", "spellings", "type", "values", "range", "items", "unit", "default", "scope", "protocols", "source", "ours"];

    public static ImmutableArray<DocumentedAttribute> All { get; } = Read();

    /// <summary>Where and which, as tests print it.</summary>
    public string Key => $"{this["section"]} {this["name"]}";

    public PolicySection Section => SectionOf(this["section"]);

    public string[] Spellings => this["spellings"] == None ? [] : this["spellings"].Split(", ");

    public string[] Values => this["values"] == None ? [] : this["values"].Split(' ');

    public bool IsShape => this["type"] == "shape";

    /// <summary>What this project has instead, by column, each with the reason; <c>note</c> for departures in no column.</summary>
    public ImmutableArray<Departure> Departures => this["ours"] == None ? [] : [.. this["ours"].Split(" ; ").Select(Departure.Parse)];

    public string this[string column] => Cells[column];

    public static PolicySection SectionOf(string name) => name switch
    {
        "document" => PolicySection.Document,
        "retry" => PolicySection.Retry,
        "certs" => PolicySection.Certificates,
        "trust_stores" => PolicySection.TrustStores,
        "auth" => PolicySection.Auth,
        "metrics" => PolicySection.Metrics,
        "s" => PolicySection.StreamTypes,
        "metadata" => PolicySection.Metadata,
        _ => throw new FormatException($"lws-attributes.tsv: no section is called '{name}'"),
    };

    private static ImmutableArray<DocumentedAttribute> Read()
    {
        var lines = File.ReadLines(RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Data", "lws-attributes.tsv"))
            .Where(static line => line.Length > 0 && !line.StartsWith('#')).Select(static line => line.Split('\t')).ToList();
        if (!lines[0].SequenceEqual(Columns) || lines.Find(static line => line.Length != Columns.Length) is not null)
            throw new FormatException($"lws-attributes.tsv: every line must have {Columns.Length} columns, and the first one their names");
        return [.. lines.Skip(1).Select(static line => new DocumentedAttribute(Columns.Zip(line).ToImmutableDictionary(static cell => cell.First, static cell => cell.Second)))];
    }

    /// <summary>One departure. <paramref name="Value"/> is what stands in the column instead; null in a note.</summary>
    internal sealed record Departure(string Column, string? Value, string Reason)
    {
        public static Departure Parse(string text)
        {
            var colon = text.IndexOf(": ", StringComparison.Ordinal);
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (colon < 0 || colon + 2 == text.Length)
                throw new FormatException($"lws-attributes.tsv: '{text}' gives no reason");
            return text.StartsWith("note: ", StringComparison.Ordinal)
                ? new("note", null, text[(colon + 2)..])
                : new(text[..equals], text[(equals + 1)..colon], text[(colon + 2)..]);
        }
    }
}
