using System.Text;

namespace SecureStreams.Policy;

/// <summary>A part as a table for people, in columns.</summary>
internal static class EffectivePolicyText
{
    // A longer value pushes its own origin aside, not those of the others.
    private const int WidestValue = 48;

    public static string Write(EffectivePolicy policy)
    {
        var lines = new List<(string Label, string Value, string Origin)>();
        AddValues(lines, policy, "  ");
        var labels = lines.Count == 0 ? 0 : lines.Max(static line => line.Label.Length);
        var values = lines.Count == 0 ? 0 : Math.Min(WidestValue, lines.Max(static line => line.Value.Length));
        var text = new StringBuilder(policy.Title);
        if (policy.Location is { } place)
            text.Append("  ").Append(place);
        text.Append('\n');
        foreach (var (label, value, origin) in lines)
            text.Append(label.PadRight(labels)).Append("  ").Append(value.PadRight(values)).Append("  ").Append(origin).Append('\n');
        return text.ToString();
    }

    private static void AddValues(List<(string Label, string Value, string Origin)> lines, EffectivePolicy policy, string indent)
    {
        foreach (var value in policy.Values)
        {
            lines.Add((indent + value.Label, value.Text, value.Location?.ToString() ?? "default"));
            foreach (var part in value.Parts)
                AddPart(lines, part, indent + "  ");
        }
    }

    private static void AddPart(List<(string Label, string Value, string Origin)> lines, EffectivePolicy part, string indent)
    {
        // A certificate has nothing but its content, which fits the line of its name.
        if (part is { Section: PolicySection.Certificates, Values: [var content] })
        {
            lines.Add((indent + part.Title, content.Text, content.Location?.ToString() ?? "default"));
            return;
        }

        lines.Add((indent + part.Title, "", part.Location?.ToString() ?? "built in"));
        AddValues(lines, part, indent + "  ");
    }
}
