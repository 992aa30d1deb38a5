using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>A difference as JSON for programs. The shape is described at <see cref="PolicyDiff.WriteJson"/>.</summary>
internal static class PolicyDiffJson
{
    public static void Write(Utf8JsonWriter writer, PolicyDiff diff)
    {
        writer.WriteStartObject();
        WriteChanges(writer, "document", diff.Document);
        foreach (var section in diff.Sections)
            Write(writer, section);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PolicySectionDiff section)
    {
        writer.WriteStartObject(NameOf(section.Section));
        WriteParts(writer, "added", section.Added);
        WriteParts(writer, "removed", section.Removed);
        writer.WriteStartArray("changed");
        foreach (var part in section.Changed)
        {
            writer.WriteStartObject();
            writer.WriteString("name", part.After.Name);
            writer.WriteString("impact", part.Impact.ToName());
            WriteChanges(writer, "changes", part.Changes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("order_changed", section.OrderChanged);
        writer.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter writer, string name, IEnumerable<PolicyPart> parts)
    {
        writer.WriteStartArray(name);
        foreach (var part in parts)
        {
            writer.WriteStartObject();
            writer.WriteString("name", part.Name);
            PolicyLocationJson.Write(writer, "at", part.Place);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteChanges(Utf8JsonWriter writer, string name, IEnumerable<PolicyChange> changes)
    {
        writer.WriteStartArray(name);
        foreach (var change in changes)
        {
            var hidden = PolicyDiffText.IsHidden(change);
            writer.WriteStartObject();
            writer.WriteString("attribute", change.Attribute?.Name);
            writer.WriteString("key", change.Key);
            writer.WriteString("via", change.Via);
            writer.WriteString("impact", change.Impact.ToName());
            writer.WritePropertyName("before");
            WriteValue(writer, change, hidden ? null : change.Before);
            writer.WritePropertyName("after");
            WriteValue(writer, change, hidden ? null : change.After);
            writer.WriteBoolean("hidden", hidden);
            PolicyLocationJson.Write(writer, "before_at", change.LocationBefore);
            PolicyLocationJson.Write(writer, "after_at", change.LocationAfter);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, PolicyChange change, PolicyValue? value)
    {
        if (value is not { } stated)
            writer.WriteNullValue();
        else if (change.Attribute is not { } row)
            writer.WriteStringValue(stated.Text);
        else if (change.Key is null)
            PolicyValueWriter.Write(writer, row, stated, redact: true);
        else
            PolicyValueWriter.WriteItem(writer, row, stated, redact: true);
    }

    private static string NameOf(PolicySection section) => section switch
    {
        PolicySection.Retry => "retry",
        PolicySection.Certificates => "certs",
        PolicySection.TrustStores => "trust_stores",
        PolicySection.Auth => "auth",
        PolicySection.Metrics => "metrics",
        _ => "s",
    };
}
