using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A value in the notation of the policy language.</summary>
internal static class PolicyValueWriter
{
    /// <summary>As people write policies: two blanks, LF, and no escapes but those that JSON needs.</summary>
    public static readonly JsonWriterOptions Indented = new()
    {
        Indented = true, IndentSize = 2, IndentCharacter = ' ', NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value on one line.</summary>
    public static string ToText(PolicyAttributeInfo row, PolicyValue value, bool redact) => ToText(writer => Write(writer, row, value, redact));

    /// <summary>A text as a JSON string.</summary>
    public static string Quote(string text) => ToText(writer => writer.WriteStringValue(text));

    public static void Write(Utf8JsonWriter writer, PolicyAttributeInfo row, PolicyValue value, bool redact)
    {
        switch (row.Kind)
        {
            case PolicyValueKind.NumberList or PolicyValueKind.NameList or PolicyValueKind.TextList:
                writer.WriteStartArray();
                foreach (var item in value.Items)
                    WriteItem(writer, row, item, redact);
                writer.WriteEndArray();
                break;
            case PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap:
                writer.WriteStartArray();
                foreach (var pair in value.Pairs)
                {
                    writer.WriteStartObject();
                    writer.WritePropertyName(pair.Key);
                    WriteItem(writer, row, pair.Value, redact);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                break;
            case PolicyValueKind.Anything:
                // What stood there is not kept; that something did is.
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            default:
                WriteItem(writer, row, value, redact);
                break;
        }
    }

    /// <summary>A value that is no list and no map, or an item of one.</summary>
    public static void WriteItem(Utf8JsonWriter writer, PolicyAttributeInfo row, PolicyValue value, bool redact)
    {
        switch (row.Kind)
        {
            case PolicyValueKind.Flag:
                writer.WriteBooleanValue(value.Flag);
                break;
            case PolicyValueKind.Number or PolicyValueKind.NumberList or PolicyValueKind.StatusMap:
                writer.WriteNumberValue(value.Number);
                break;
            default:
                writer.WriteStringValue(redact ? PolicySecrets.Hide(row, value.Text) : value.Text);
                break;
        }
    }

    /// <summary>An item of a list or a map on one line.</summary>
    public static string ItemToText(PolicyAttributeInfo row, PolicyValue value, bool redact) => ToText(writer => WriteItem(writer, row, value, redact));

    private static string ToText(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, OneLine))
            write(writer);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
