using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>A row's default, which the reference page shows as text, as the value that a policy would have to state for it.</summary>
internal static class DefaultLiteral
{
    public static PolicyValue? Read(PolicyAttributeInfo row) => row.Kind switch
    {
        PolicyValueKind.Flag => bool.TryParse(row.Default, out var flag) ? PolicyValue.Of(flag) : null,
        PolicyValueKind.Number => ReadNumber(row.Default) ?? (row.ZeroMeansDefault ? PolicyValue.Of(0) : null),
        PolicyValueKind.NumberList => ReadNumbers(row.Default),
        PolicyValueKind.Choice => row.Choices.Contains(row.Default) ? PolicyValue.Of(row.Default) : null,
        PolicyValueKind.NameList or PolicyValueKind.TextList => row.Default == "[]" ? PolicyValue.Of(Array.Empty<PolicyValue>()) : null,
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap =>
            row.Default == "[]" ? PolicyValue.Of(Array.Empty<PolicyPair>()) : null,
        PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Token or PolicyValueKind.HeaderName =>
            row.Default.Length > 0 && !row.Default.Contains(' ', StringComparison.Ordinal) ? PolicyValue.Of(row.Default) : null,
        _ => null,
    };

    private static PolicyValue? ReadNumber(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? PolicyValue.Of(number) : null;

    private static PolicyValue? ReadNumbers(string text)
    {
        if (text is not ['[', .. var inner, ']'])
            return null;
        var items = new List<PolicyValue>();
        foreach (var part in inner.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ReadNumber(part) is not { } item)
                return null;
            items.Add(item);
        }

        return PolicyValue.Of(items.ToArray());
    }
}
