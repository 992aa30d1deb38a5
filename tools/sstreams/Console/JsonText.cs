using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecureStreams.Tool;

/// <summary>Builds a JSON document whole, so that what is written of it is never a part.</summary>
internal static class JsonText
{
    // Apostrophes and letters of all languages as they are: people read it too.
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What <paramref name="write"/> writes, and a line end.</summary>
    public static ReadOnlyMemory<byte> Build(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(text, Options))
            write(writer);
        text.Write("\n"u8);
        return text.WrittenMemory;
    }

    /// <summary>
    /// As <see cref="Build"/>, for documents with names and values of others: what could turn a terminal's head is escaped. In JSON such a character can stand only
    /// in a string, where the escape means the same.
    /// </summary>
    public static ReadOnlyMemory<byte> BuildPlain(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetBytes(PlainText.Lines(Encoding.UTF8.GetString(Build(write).Span)));

    /// <summary>A member that is an array of strings.</summary>
    public static void WriteStrings(this Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    /// <summary>A member that is there only when it says something.</summary>
    public static void WriteStringIfAny(this Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            writer.WriteString(name, value);
    }
}
