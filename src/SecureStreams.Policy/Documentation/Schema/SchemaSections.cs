using System.Text.Json.Nodes;

namespace SecureStreams.Policy;

/// <summary>The structure of a document: sections, the entries in them, the attributes of an entry.</summary>
internal static class SchemaSections
{
    private const string Remark = @"^\$";
    private const string Own = "^x_";

    /// <summary>Makes <paramref name="schema"/>, found at <paramref name="pointer"/>, an object with the attributes of <paramref name="section"/>.</summary>
    public static void AddMembers(JsonObject schema, PolicySection section, string pointer, JsonObject definitions)
    {
        var members = new JsonObject();
        foreach (var row in PolicyAttributeTable.All.Where(row => row.Section == section))
        {
            members[row.Name] = row.Kind == PolicyValueKind.Section ? Section(row, definitions) : Attribute(row);
            foreach (var old in row.OldSpellings)
            {
                members[old] = new JsonObject
                {
                    ["$ref"] = $"{pointer}/properties/{row.Name}",
                    ["deprecated"] = true,
                    ["description"] = $"Old spelling of {row.Name}.",
                };
            }
        }

        schema["type"] = "object";
        schema["properties"] = members;
        schema["patternProperties"] = new JsonObject { [Own] = true, [Remark] = true };
        schema["additionalProperties"] = false;
    }

    private static JsonObject Attribute(PolicyAttributeInfo row)
    {
        var schema = SchemaValues.Of(row);
        if (!SchemaValues.IsAnything(schema))
        {
            // The name of a record is what an overlay finds it by: it has no default to return to.
            if (NamesItsRecord(row))
            {
                schema["type"] = "string";
                schema["minLength"] = 1;
            }
            else
            {
                SchemaValues.AllowNull(schema);
            }
        }

        if (SchemaTexts.DefaultOf(row) is { } otherwise)
            schema["default"] = otherwise;
        schema.Insert(0, "description", SchemaTexts.Describe(row));
        return schema;
    }

    private static bool NamesItsRecord(PolicyAttributeInfo row) => row is { Name: "name", Section: PolicySection.TrustStores or PolicySection.Auth };

    private static JsonObject Section(PolicyAttributeInfo row, JsonObject definitions)
    {
        var (item, definition) = row.Name switch
        {
            "retry" => (Named("retry_scheme"), Entry(PolicySection.Retry, "retry_scheme", "A back-off scheme.", definitions)),
            "certs" => (Named("certificate"), Certificate(definitions)),
            "trust_stores" => (Listed("trust_store"), TrustStore(definitions)),
            "auth" => (Listed("auth_scheme"), Record(PolicySection.Auth, "auth_scheme", "An authentication scheme.", definitions)),
            "metrics" => (Listed("metric"), Entry(PolicySection.Metrics, "metric", "A report of measurements.", definitions)),
            "s" => (Named("streamtype"), Entry(PolicySection.StreamTypes, "streamtype", "A streamtype.", definitions)),
            _ => throw new InvalidOperationException($"The section {row.Name} has no schema."),
        };
        SchemaValues.AllowNull(definition);
        return new JsonObject
        {
            ["description"] = SchemaTexts.Describe(row),
            ["type"] = new JsonArray("array", "null"),
            ["items"] = item,
        };
    }

    /// <summary>Items <c>{"name": entry, ...}</c>; a null entry removes a definition of an earlier layer.</summary>
    private static JsonObject Named(string definition) => new()
    {
        ["type"] = new JsonArray("object", "null"),
        ["propertyNames"] = new JsonObject { ["minLength"] = 1 },

        // Only $: where names are the author's choice, x_ begins a name as any other.
        ["patternProperties"] = new JsonObject { [Remark] = true },
        ["additionalProperties"] = Reference(definition),
    };

    /// <summary>Items that carry their name as a member.</summary>
    private static JsonObject Listed(string definition) => Reference(definition);

    private static JsonObject Reference(string definition) => new() { ["$ref"] = "#/$defs/" + definition };

    private static JsonObject Entry(PolicySection section, string name, string description, JsonObject definitions)
    {
        var entry = new JsonObject { ["description"] = description };
        AddMembers(entry, section, "#/$defs/" + name, definitions);
        definitions[name] = entry;
        return entry;
    }

    private static JsonObject Record(PolicySection section, string name, string description, JsonObject definitions)
    {
        var record = Entry(section, name, description, definitions);
        record["required"] = new JsonArray("name");
        return record;
    }

    private static JsonObject Certificate(JsonObject definitions)
    {
        var certificate = new JsonObject { ["description"] = "The base64 text of one DER certificate.", ["type"] = "string" };
        definitions["certificate"] = certificate;
        return certificate;
    }

    /// <summary>A record; or <c>{"name": [...], ...}</c>, where even a store called "name" is an array.</summary>
    private static JsonObject TrustStore(JsonObject definitions)
    {
        Record(PolicySection.TrustStores, "trust_store_record", "A trust store with its name.", definitions);
        var stack = PolicyAttributeTable.Find(PolicySection.TrustStores, "stack") ?? throw new InvalidOperationException("Trust stores have no stack.");
        var store = Attribute(stack);
        var named = SchemaValues.Of(stack);
        named["description"] = "A trust store called \"name\".";
        var stores = new JsonObject
        {
            ["description"] = "Trust stores, each a name and the names of its certificates.",
            ["type"] = "object",
            ["properties"] = new JsonObject { ["name"] = named },
            ["propertyNames"] = new JsonObject { ["minLength"] = 1 },
            ["patternProperties"] = new JsonObject { [Remark] = true },
            ["additionalProperties"] = store,
        };
        SchemaValues.AllowNull(stores);
        definitions["trust_stores_by_name"] = stores;
        var either = new JsonObject
        {
            ["description"] = "A trust store {\"name\": ..., \"stack\": [...]}, or stores {\"the name\": [...]}.",
            ["type"] = "object",
            ["if"] = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("name"),
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["type"] = "string" } },
            },
            ["then"] = Reference("trust_store_record"),
            ["else"] = Reference("trust_stores_by_name"),
        };
        definitions["trust_store"] = either;
        return either;
    }
}
