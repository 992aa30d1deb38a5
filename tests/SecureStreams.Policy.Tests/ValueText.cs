using System.Globalization;

namespace SecureStreams.Policy.Tests;

/// <summary>A value as the policy would write it, in short.</summary>
internal static class ValueText
{
    /// <summary>The row's default value; null when it has none.</summary>
    public static string? OfDefault(PolicyAttributeInfo row) => row.DefaultValue is { } value ? Of(row.Kind, value) : null;

    private static string Of(PolicyValueKind kind, PolicyValue value) => kind switch
    {
        PolicyValueKind.Flag => value.Flag ? "true" : "false",
        PolicyValueKind.Number => value.Number.ToString(CultureInfo.InvariantCulture),
        PolicyValueKind.NumberList => $"[{string.Join(' ', value.Items.Select(static item => item.Number))}]",
        PolicyValueKind.NameList or PolicyValueKind.TextList => $"[{string.Join(' ', value.Items.Select(static item => item.Text))}]",
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap => $"[{string.Join(' ', value.Pairs.Select(static pair => pair.Key))}]",
        _ => value.Text,
    };
}
