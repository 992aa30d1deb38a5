using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>The attribute table against what the documents of lws say, transcribed by hand in Data/lws-attributes.tsv.</summary>
public sealed class AttributeDocumentTests(ITestOutputHelper output)
{
    private static readonly string[] Compared = ["type", "range", "items", "unit", "default", "scope", "protocols"];

    public static TheoryData<string> Attributes => [.. DocumentedAttribute.All.Where(static line => !line.IsShape).Select(static line => line.Key)];

    public static TheoryData<string> Shapes => [.. DocumentedAttribute.All.Where(static line => line.IsShape).Select(static line => line.Key)];

    [Theory]
    [MemberData(nameof(Attributes))]
    public void A_row_does_what_the_documents_say(string key)
    {
        var line = LineOf(key);
        var row = PolicyAttributeTable.Find(line.Section, line["name"]);
        Assert.NotNull(row);
        Assert.Equal(line["name"], row.Name);
        Assert.False(row.IsExtension, "an attribute that the documents name is no extension");
        Assert.All(Compared, column =>
        {
            var departure = line.Departures.SingleOrDefault(one => one.Column == column);
            if (departure is not { Value: { } ours })
            {
                Assert.True(AttributeNotation.Holds(row, column, line[column]),
                    $"{key}: the documents say {column} {line[column]}, the row has {AttributeNotation.Of(row, column)}");
                return;
            }

            Assert.Equal(ours, AttributeNotation.Of(row, column));
            Assert.False(AttributeNotation.Holds(row, column, line[column]), $"{key}: {column} {ours} is no departure from {line[column]}; remove it");
        });
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    public void Every_spelling_and_every_choice_is_taken_and_no_other(string key)
    {
        var line = LineOf(key);
        var row = PolicyAttributeTable.Find(line.Section, line["name"])!;
        Assert.Equal(line.Spellings.Order(StringComparer.Ordinal), row.OldSpellings.Order(StringComparer.Ordinal));
        Assert.All(line.Spellings, spelling => Assert.Same(row, PolicyAttributeTable.Find(line.Section, spelling)));
        Assert.Equal(line.Values.Order(StringComparer.Ordinal), row.Choices.Concat(row.OldChoices.Select(static one => one.Key)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_is_documented_or_an_extension() => Assert.Empty(
        PolicyAttributeTable.All.Where(static row => !row.IsExtension).Select(static row => (row.Section, row.Name))
            .Except(DocumentedAttribute.All.Select(static line => (line.Section, line["name"]))));

    [Fact]
    public void The_data_is_whole()
    {
        // The parser's own token list has 78 attributes of streamtypes.
        Assert.Equal(78, DocumentedAttribute.All.Count(static line => line.Section == PolicySection.StreamTypes && line["source"] != "readme"));
        Assert.Equal(DocumentedAttribute.All.Length, DocumentedAttribute.All.Select(static line => line.Key).Distinct().Count());
        Assert.All(DocumentedAttribute.All, static line => Assert.Contains(line["source"], (string[])["both", "code", "readme"]));
        Assert.All(DocumentedAttribute.All.SelectMany(static line => line.Departures), static one => Assert.Contains(one.Column, (string[])[.. Compared, "note"]));
        Assert.All(["auth_hexify", "aux", "http_multipart_content_type", "client cert", "mqtt qos"], static name => Assert.Contains(
            DocumentedAttribute.All, line => line.Section == PolicySection.StreamTypes && line.Spellings.Append(line["name"]).Contains(name)));
    }

    /// <summary>Nothing is asserted beyond the reasons being there: whoever wants to know where this project departs reads the output.</summary>
    [Fact]
    public void Every_departure_has_its_reason()
    {
        var departures = DocumentedAttribute.All.SelectMany(static line => line.Departures.Select(one => (line.Key, Line: line, One: one))).ToList();
        foreach (var (key, line, one) in departures)
            output.WriteLine(one.Value is null ? $"{key}: {one.Reason}" : $"{key}: {one.Column} {one.Value} in place of {line[one.Column]}: {one.Reason}");
        Assert.NotEmpty(departures);
        Assert.All(departures, static departure => Assert.True(departure.One.Reason.Split(' ').Length > 3, $"{departure.Key}: '{departure.One.Reason}' is no reason"));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_shape_of_a_section_loads(string key)
    {
        var line = LineOf(key);
        var text = $$"""{ "certs": [ { "a": "MII...", "b": "MII..." } ], "{{line["section"]}}": {{line["values"]}}, "s": [ { "one": { "endpoint": "e" } } ] }""";
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "p");
        Assert.False(result.HasErrors, string.Concat(result.Diagnostics));
        Assert.Equal(["x a b", "y b"], result.Model!.TrustStores.Values
            .Select(static store => $"{store.Name} {string.Join(' ', store.Certificates.Select(static one => one.Name))}").Order(StringComparer.Ordinal));
    }

    private static DocumentedAttribute LineOf(string key) => DocumentedAttribute.All.Single(line => line.Key == key);
}
