using System.Collections.Immutable;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Admin;

/// <summary>What is asked for over an admin socket; <c>docs/live-policy.md</c> has the table. Read strictly: what is not known is refused, since it is nearly always a misspelt member.</summary>
internal sealed record AdminRequest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>What is to be done.</summary>
    public required string Do { get; init; }

    /// <summary>Of <c>streams</c>: only those of a streamtype; null for all.</summary>
    public string? StreamType { get; init; }

    /// <summary>Of <c>streams</c>: with all that is known of each.</summary>
    public bool Explain { get; init; }

    /// <summary>Of <c>plan</c> and <c>update</c>: another base, with overlays in their order; default for none.</summary>
    public ImmutableArray<PolicyDocument> Documents { get; init; }

    /// <summary>Of those: an overlay; null for none.</summary>
    public PolicyDocument? Overlay { get; init; }

    /// <summary>Of those: the name of an overlay to remove; null for none.</summary>
    public string? Remove { get; init; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="AdminRequestException">It is none.</exception>
    public static AdminRequest Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw new AdminRequestException($"the request is not JSON: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            // Of the reader, for text that is no UTF-8, or half of a surrogate pair.
            throw new AdminRequestException("the request has a text that is no Unicode");
        }
    }

    private static AdminRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new AdminRequestException("a request is an object, as {\"do\":\"status\"}");
        var request = new AdminRequest { Do = "" };
        foreach (var member in root.EnumerateObject())
        {
            request = member.Name switch
            {
                "do" => request with { Do = Text(member) },
                "streamtype" => request with { StreamType = Text(member) },
                "explain" => request with { Explain = Flag(member) },
                "documents" => request with { Documents = [.. Items(member).Select(DocumentOf)] },
                "overlay" => request with { Overlay = DocumentOf(member.Value) },
                "remove" => request with { Remove = Text(member) },
                _ => throw new AdminRequestException($"'{member.Name}' is not known; there are do, streamtype, explain, documents, overlay and remove"),
            };
        }

        return request;
    }

    private static PolicyDocument DocumentOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } called
            || !element.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String)
            throw new AdminRequestException("a document is {\"name\": \"...\", \"text\": \"...\"}, with the JSON text of the policy as a text");
        return PolicyDocument.FromJson(text.GetString()!, called);
    }

    private static JsonElement.ArrayEnumerator Items(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() > 0 ? member.Value.EnumerateArray() : throw new AdminRequestException($"'{member.Name}' is a list of one document at least");

    private static string Text(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw new AdminRequestException($"'{member.Name}' is a text");

    private static bool Flag(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new AdminRequestException($"'{member.Name}' is true or false"),
    };
}
