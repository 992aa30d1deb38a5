using System.Text.Json.Nodes;
using Node = System.Text.Json.Nodes.JsonNode;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>For each row of the table documents that state its attribute, rightly and wrongly.</summary>
internal static class AttributeCases
{
    private const string Subject = "subject";

    public static IEnumerable<SchemaCase> All() =>
        PolicyAttributeTable.All.Where(static row => row.Kind != PolicyValueKind.Section).SelectMany(Of)
            .Concat(PolicyAttributeTable.All.Select(static row => row.Section).Distinct().SelectMany(OfMembers));

    private static IEnumerable<SchemaCase> Of(PolicyAttributeInfo row)
    {
        var right = ValueSamples.Right(row).ToList();
        foreach (var value in right)
            yield return Case(row, row.Name, value, null);
        if (SchemaTexts.DefaultOf(row) is { } otherwise)
            yield return Case(row, row.Name, otherwise.ToJsonString(), null) with { Name = $"{row.Section} {row.Name}: its default" };
        foreach (var old in row.OldSpellings)
            yield return Case(row, old, right[0], null);
        yield return Case(row, row.Name, "null", ValueSamples.NamesItsRecord(row) ? "" : null);
        foreach (var (value, place) in ValueSamples.Wrong(row))
            yield return Case(row, row.Name, value, place);
    }

    /// <summary>The author's own members, and one that is nearly the name of an attribute.</summary>
    private static IEnumerable<SchemaCase> OfMembers(PolicySection section)
    {
        var row = PolicyAttributeTable.All.First(row => row.Section == section);
        yield return Case(row, "x_" + row.Name, "[5]", null);
        yield return Case(row, "$" + row.Name, "[5]", null);
        yield return Case(row, row.Name + "z", "5", "");
    }

    /// <param name="row">The section that the member is put into.</param>
    /// <param name="member">How the attribute is spelled.</param>
    /// <param name="value">The value's text.</param>
    /// <param name="wrongAt">The place of what is wrong, from the value on; null when nothing is.</param>
    private static SchemaCase Case(PolicyAttributeInfo row, string member, string value, string? wrongAt)
    {
        // What names refer to. A certificate that is shortened is taken for one that can be read.
        var document = new JsonObject
        {
            ["retry"] = Node.Parse("""[{"known": {}}]"""),
            ["certs"] = Node.Parse("""[{"known": "MII..."}]"""),
            ["trust_stores"] = Node.Parse("""[{"name": "known", "stack": ["known"]}]"""),
            ["auth"] = Node.Parse("""[{"name": "known"}]"""),
            ["metrics"] = Node.Parse("[{}]"),
            ["s"] = Node.Parse("""[{"known": {"endpoint": "a.example"}}]"""),
        };
        var pointer = row.Section switch
        {
            PolicySection.Document => State(document, ""),
            PolicySection.Retry => State(Named("retry"), $"/retry/0/{Subject}"),
            PolicySection.TrustStores => State(Record("trust_stores"), "/trust_stores/0"),
            PolicySection.Auth => State(Record("auth"), "/auth/0"),
            PolicySection.Metrics => State(Record("metrics"), "/metrics/0"),
            PolicySection.StreamTypes => State(Named("s"), $"/s/0/{Subject}"),
            _ => throw new InvalidOperationException($"{row.Section} has no attributes."),
        };
        return new SchemaCase($"{row.Section} {member}: {value}", document.ToJsonString(), wrongAt is null ? null : pointer + wrongAt);

        string State(JsonObject holder, string at)
        {
            holder[member] = Node.Parse(value);
            return $"{at}/{member}";
        }

        JsonObject Named(string section)
        {
            var entry = (JsonObject)Node.Parse(section == "s" ? """{"endpoint": "a.example", "metadata": [{"known": ""}]}""" : "{}")!;
            document[section]![0]![Subject] = entry;
            return entry;
        }

        JsonObject Record(string section) => (JsonObject)document[section]![0]!;
    }
}
