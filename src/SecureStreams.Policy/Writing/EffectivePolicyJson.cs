using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A part as JSON for programs. The shape is described at <see cref="EffectivePolicy.WriteJson"/>.</summary>
internal static class EffectivePolicyJson
{
    public static void Write(Utf8JsonWriter writer, EffectivePolicy policy)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", SectionNouns.Of(policy.Section));
        writer.WriteString("name", policy.Name);
        PolicyLocationJson.Write(writer, "at", policy.Location);
        writer.WriteStartArray("values");
        foreach (var value in policy.Values)
            Write(writer, value);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, EffectiveValue value)
    {
        writer.WriteStartObject();
        writer.WriteString("attribute", value.Attribute?.Name);
        writer.WriteString("key", value.Key);
        writer.WritePropertyName("value");
        if (value.IsJson)
            writer.WriteRawValue(value.Text);
        else
            writer.WriteNullValue();
        writer.WriteString("words", value.IsJson ? null : value.Text[1..^1]);
        writer.WriteBoolean("stated", value.IsStated);
        PolicyLocationJson.Write(writer, "at", value.Location);
        writer.WriteStartArray("parts");
        foreach (var part in value.Parts)
            Write(writer, part);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
