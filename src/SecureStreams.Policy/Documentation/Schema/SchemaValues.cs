using System.Text.Json.Nodes;
using Node = System.Text.Json.Nodes.JsonNode;

namespace SecureStreams.Policy;

/// <summary>What the value of one attribute may be. The counterpart of <see cref="ValueReader"/>.</summary>
internal static class SchemaValues
{
    // PolicyCharacters in the regular expressions of ECMA-262, which is what JSON Schema has.
    private const string TokenCharacters = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private const string Token = $"^{TokenCharacters}$";
    private const string HeaderName = $"^{TokenCharacters}:?$";
    private const string HeaderNameOrNothing = $"^({TokenCharacters}:?)?$";
    private const string NoControls = @"^[^\u0000-\u001F\u007F-\u009F]*$";
    private const string MetadataName = @"^[^$}\u0000-\u001F\u007F-\u009F][^}\u0000-\u001F\u007F-\u009F]*$";
    private const string Status = "^[1-5][0-9]{2}$";

    /// <summary>The schema of a stated value; <c>null</c> is not in it.</summary>
    public static JsonObject Of(PolicyAttributeInfo row) => row.Kind switch
    {
        PolicyValueKind.Flag => new() { ["type"] = "boolean" },
        PolicyValueKind.Number => Number(row),
        PolicyValueKind.NumberList => List(Number(row), row),
        PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Name => Text(row),
        PolicyValueKind.NameList or PolicyValueKind.TextList => List(Text(row), row),
        PolicyValueKind.Token => Method(row),
        PolicyValueKind.HeaderName => Matching(HeaderName),
        PolicyValueKind.Choice => Choice(row),
        PolicyValueKind.MetadataMap => Map(MetadataName, static () => Matching(HeaderNameOrNothing), nullable: true),
        PolicyValueKind.ChoiceMap => Map(MetadataName, () => OneOf(row.Choices), nullable: false),
        PolicyValueKind.TextMap => Map(MetadataName, () => Text(row), nullable: false),
        PolicyValueKind.StatusMap => Map(Status, () => Number(row), nullable: false),
        PolicyValueKind.Anything => [],
        _ => throw new InvalidOperationException($"{row.Name}: values of kind {row.Kind} have no schema."),
    };

    /// <summary>Whether a schema says nothing, and so takes null as well.</summary>
    public static bool IsAnything(JsonObject schema) => schema.Count == 0;

    /// <summary>Lets <paramref name="schema"/> take null too, which returns an attribute to its default and removes a definition.</summary>
    public static void AllowNull(JsonObject schema)
    {
        if (schema["anyOf"] is JsonArray alternatives)
        {
            alternatives.Add((Node)new JsonObject { ["type"] = "null" });
            return;
        }

        schema["type"] = new JsonArray(schema["type"]?.DeepClone(), "null");
        if (schema["enum"] is JsonArray choices)
            choices.Add((Node?)null);
    }

    private static JsonObject Number(PolicyAttributeInfo row)
    {
        var number = new JsonObject { ["type"] = "integer", ["minimum"] = row.Minimum };

        // "Or more" is no bound; and a number of this size is not exact in most readers of schemas.
        if (row.Maximum < long.MaxValue)
            number["maximum"] = row.Maximum;
        if (row.ZeroMeansDefault && row.Minimum > 0)
            return new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer", ["const"] = 0 }, number) };
        return number;
    }

    private static JsonObject Text(PolicyAttributeInfo row)
    {
        var text = row.AllowsControlCharacters ? new() { ["type"] = "string" } : Matching(NoControls);
        if (row.Pattern.Length > 0)
            text["allOf"] = new JsonArray(new JsonObject { ["pattern"] = row.Pattern });
        return text;
    }

    private static JsonObject Method(PolicyAttributeInfo row)
    {
        var method = Matching(Token);

        // Whatever their case, and a pattern has no option for that.
        var refused = row.Refused.Select(static one => string.Concat(one.Key.Select(static c => $"[{char.ToUpperInvariant(c)}{char.ToLowerInvariant(c)}]")));
        if (!row.Refused.IsEmpty)
            method["not"] = new JsonObject { ["type"] = "string", ["pattern"] = $"^(?:{string.Join('|', refused)})$" };
        return method;
    }

    private static JsonObject Matching(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Choice(PolicyAttributeInfo row)
    {
        var choice = OneOf(row.Choices);
        if (row.OldChoices.IsEmpty)
            return choice;
        var alternatives = new JsonArray(choice);
        foreach (var (old, now) in row.OldChoices)
            alternatives.Add((Node)new JsonObject { ["const"] = old, ["deprecated"] = true, ["description"] = $"Old name of {now}." });
        return new() { ["anyOf"] = alternatives };
    }

    private static JsonObject OneOf(IEnumerable<string> choices) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. choices.Select(static choice => (Node)choice)]),
    };

    private static JsonObject List(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    private static JsonObject List(JsonObject item, PolicyAttributeInfo row)
    {
        var list = List(item);
        if (row.MaximumItems < int.MaxValue)
            list["maxItems"] = row.MaximumItems;
        return list;
    }

    /// <summary>An array of objects, each with one member or several, or one such object.</summary>
    private static JsonObject Map(string name, Func<JsonObject> value, bool nullable)
    {
        return new() { ["anyOf"] = new JsonArray(List(Members()), Members()) };

        JsonObject Members()
        {
            var member = value();
            if (nullable)
                AllowNull(member);
            return new()
            {
                ["type"] = "object",
                ["patternProperties"] = new JsonObject { [@"^\$"] = true, [name] = member },
                ["additionalProperties"] = false,
            };
        }
    }
}
