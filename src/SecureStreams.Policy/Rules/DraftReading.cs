using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>Short ways for rules to ask an entry.</summary>
internal static class DraftReading
{
    /// <summary>The number stated, or the default of the attribute; null when there is neither, or the value was refused.</summary>
    public static long? EffectiveNumber(this DraftEntry entry, string attribute)
    {
        if (entry.IsWrong(attribute))
            return null;
        if (entry.Find(attribute) is { } stated)
            return stated.Value.Number;
        return PolicyAttributeTable.Find(entry.Section, attribute) is { } row && long.TryParse(row.Default, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    /// <summary>Whether the attribute is stated, rightly or wrongly.</summary>
    public static bool IsStated(this DraftEntry entry, string attribute) => entry.Find(attribute) is not null || entry.IsWrong(attribute);

    /// <summary>The first of <paramref name="attributes"/> that is stated.</summary>
    public static DraftValue? FindAny(this DraftEntry entry, params ReadOnlySpan<string> attributes)
    {
        foreach (var attribute in attributes)
        {
            if (entry.Find(attribute) is { } value)
                return value;
        }

        return null;
    }

    /// <summary>The names that a value refers to.</summary>
    public static IEnumerable<string> NamesIn(this DraftValue value) =>
        value.Attribute.Kind == PolicyValueKind.Name ? [value.Value.Text] : value.Value.Items.Select(static item => item.Text);
}
