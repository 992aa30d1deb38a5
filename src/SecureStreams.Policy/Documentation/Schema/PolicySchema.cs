using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecureStreams.Policy;

/// <summary>
/// The JSON Schema of policy documents, for editors: completion, help and complaints while a policy is written. Made from
/// <see cref="PolicyAttributeTable"/>, so that it cannot say something else.
/// </summary>
/// <remarks>
/// It is stricter than <see cref="PolicyLoader"/>: what the loader takes with a warning (unknown members, 0 for false, digits in a string) it refuses.
/// It is also weaker: it does not know which names exist, which attributes go together, or what a certificate is.
/// </remarks>
public static class PolicySchema
{
    /// <summary>The schema, draft 2020-12, indented, with a line end at its end: <c>policies/schema/secure-streams-policy.schema.json</c>.</summary>
    public static string ToJson()
    {
        var definitions = new JsonObject();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",

            // Relative, because no host is ours: it becomes the place the schema was read from.
            ["$id"] = "secure-streams-policy.schema.json",
            ["title"] = "Secure Streams policy",
            ["description"] = "A policy document, or an overlay that changes one. Members whose names begin with x_ or $ are the author's own. " +
                "An unknown member is refused here so that an editor shows it; the loader warns and ignores it.",
        };
        SchemaSections.AddMembers(schema, PolicySection.Document, "#", definitions);
        schema["$defs"] = definitions;
        return Write(schema);
    }

    private static string Write(JsonObject schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",

            // The text is a file for people; it is never put into a page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            schema.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
