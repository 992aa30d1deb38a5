using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A place as JSON: <c>{"file", "line", "column"}</c>, or null.</summary>
internal static class PolicyLocationJson
{
    public static void Write(Utf8JsonWriter writer, string name, PolicyLocation? place)
    {
        if (place is not { } known)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("file", known.File);
        writer.WriteNumber("line", known.Line);
        writer.WriteNumber("column", known.Column);
        writer.WriteEndObject();
    }
}
