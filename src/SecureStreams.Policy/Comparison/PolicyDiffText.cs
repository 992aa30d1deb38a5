using System.Text;

namespace SecureStreams.Policy;

/// <summary>A difference as lines for people.</summary>
internal static class PolicyDiffText
{
    public static string Write(PolicyDiff diff)
    {
        var text = new StringBuilder();
        foreach (var change in diff.Document)
            Write(text, "document", change);
        foreach (var section in diff.Sections)
            Write(text, section);
        return text.ToString();
    }

    private static void Write(StringBuilder text, PolicySectionDiff section)
    {
        foreach (var part in section.Removed)
            Write(text, '-', part);
        foreach (var part in section.Added)
            Write(text, '+', part);
        foreach (var part in section.Changed)
        {
            foreach (var change in part.Changes)
                Write(text, part.After.Subject, change);
        }

        if (section.OrderChanged)
            text.Append("~ ").Append(SectionNouns.Of(section.Section)).Append("s: in another order\n");
    }

    private static void Write(StringBuilder text, char sign, PolicyPart part)
    {
        text.Append(sign).Append(' ').Append(part.Subject);
        if (part.Place is { } place)
            text.Append(' ').Append(place);
        text.Append('\n');
    }

    private static void Write(StringBuilder text, string subject, PolicyChange change)
    {
        text.Append("~ ").Append(subject).Append(": ").Append(change.Attribute?.Name ?? "content");
        if (change.Key is { } key)
            text.Append(' ').Append(Wording.Quote(key));
        text.Append(' ');
        if (IsHidden(change))
            text.Append("(changed, not shown)");
        else
            text.Append(Shown(change, change.Before)).Append(" -> ").Append(Shown(change, change.After));
        text.Append(" (").Append(change.Impact.ToName()).Append(')');
        if (change.LocationBefore is not null || change.LocationAfter is not null)
            text.Append(' ').Append(Shown(change.LocationBefore)).Append(" -> ").Append(Shown(change.LocationAfter));
        if (change.Via is { } via)
            text.Append(" via ").Append(via);
        text.Append('\n');
    }

    /// <summary>Whether either value is secret. Then neither is shown: beside one another, two values that are half hidden could look the same.</summary>
    public static bool IsHidden(PolicyChange change) =>
        change.Attribute is { } row && ((change.Before is { } before && PolicySecrets.Hides(row, before)) || (change.After is { } after && PolicySecrets.Hides(row, after)));

    private static string Shown(PolicyChange change, PolicyValue? value)
    {
        if (change.Attribute is not { } row)
            return value is { } content && content.Text.StartsWith("sha256:", StringComparison.Ordinal) ? content.Text : $"({value?.Text ?? "none"})";
        if (value is { } stated)
            return change.Key is null ? PolicyValueWriter.ToText(row, stated, redact: true) : PolicyValueWriter.ItemToText(row, stated, redact: true);
        return change.Key is not null || row.Default.Length == 0 ? "(none)" : $"(default: {row.Default})";
    }

    private static string Shown(PolicyLocation? place) => place?.ToString() ?? "(not stated)";
}
