using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <content>Lists and maps.</content>
internal sealed partial class ValueReader
{
    private readonly PairCollector _pairs = new();

    private PolicyValue? ReadList(PolicyAttributeInfo row, JsonNode node, DraftEntry entry)
    {
        if (node.Kind != JsonValueKind.Array)
        {
            return WrongType(row, node, entry, row.Kind switch
            {
                PolicyValueKind.NumberList => "an array of whole numbers",
                PolicyValueKind.TextList => "an array of strings",
                _ => "an array of names",
            });
        }

        if (node.Children.Count > row.MaximumItems)
        {
            bag.Report(PolicyDiagnosticTable.TooManyItems, source, node,
                $"{entry.Subject}: {row.Name} has {node.Children.Count} items; the limit is {row.MaximumItems}");
            return null;
        }

        var items = new PolicyValue[node.Children.Count];
        var count = 0;
        foreach (var item in node.Children)
        {
            if (ReadItem(row, item, entry) is { } value)
                items[count++] = value;
        }

        return count == items.Length ? PolicyValue.Of(items) : null;
    }

    private PolicyValue? ReadItem(PolicyAttributeInfo row, JsonNode item, DraftEntry entry)
    {
        if (row.Kind != PolicyValueKind.NumberList)
            return ReadText(row, item, entry);
        return ReadNumber(row, item, entry, row.Minimum, row.Maximum) is { } number ? PolicyValue.Of(number) : null;
    }

    /// <summary>An array of objects with one member or several, or one object.</summary>
    private PolicyValue? ReadMap(PolicyAttributeInfo row, JsonNode node, DraftEntry entry)
    {
        _pairs.Clear();
        if (node.Kind != JsonValueKind.Array)
            return ReadMapObject(row, node, entry) ? PolicyValue.Of(_pairs.ToArray()) : null;

        var right = true;
        foreach (var one in node.Children)
            right &= ReadMapObject(row, one, entry);
        return right ? PolicyValue.Of(_pairs.ToArray()) : null;
    }

    private bool ReadMapObject(PolicyAttributeInfo row, JsonNode one, DraftEntry entry)
    {
        if (one.Kind != JsonValueKind.Object)
        {
            WrongType(row, one, entry, "an array of objects, as in [{\"name\": value}]");
            return false;
        }

        var right = true;
        foreach (var member in one.Children)
        {
            if (member.TryGetPlainName(out var utf8) && utf8 is [(byte)'$', ..])
                continue;
            if (ReadPair(row, member, entry) is not { } pair)
                right = false;
            else if (!_pairs.Add(pair))
                bag.ReportName(PolicyDiagnosticTable.GivenTwice, source, member, $"{entry.Subject}: {row.Name} has {Wording.Quote(pair.Key)} twice; the last one counts");
        }

        return right;
    }

    private PolicyPair? ReadPair(PolicyAttributeInfo row, JsonNode member, DraftEntry entry) => row.Kind switch
    {
        PolicyValueKind.StatusMap => ReadStatus(row, member, entry),
        PolicyValueKind.ChoiceMap => ReadNamedChoice(row, member, entry),
        PolicyValueKind.TextMap => ReadNamedText(row, member, entry),
        _ => ReadMetadata(row, member, entry),
    };

    private PolicyPair? ReadMetadata(PolicyAttributeInfo row, JsonNode member, DraftEntry entry)
    {
        if (ReadEntryName(row, member, entry) is not { } name)
            return null;
        if (member.Kind == JsonValueKind.Null)
            return new PolicyPair(name, PolicyValue.Of(""), member.Location);
        if (member.Kind != JsonValueKind.String)
        {
            WrongType(row, member, entry, "a header name or an empty string");
            return null;
        }

        var text = member.Text;
        var header = text.EndsWith(':') ? text[..^1] : text;
        if (text.Length > 0 && !PolicyCharacters.IsToken(header))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, member,
                $"{entry.Subject}: metadata {Wording.Quote(name)}: its header {NoHeaderName(header)}");
            return null;
        }

        return new PolicyPair(name, PolicyValue.Of(header), member.Location);
    }

    /// <summary>A metadata name and what it is to hold.</summary>
    private PolicyPair? ReadNamedChoice(PolicyAttributeInfo row, JsonNode member, DraftEntry entry)
    {
        var name = ReadEntryName(row, member, entry);
        var choice = ReadChoice(row, member, entry);
        return name is { } key && choice is { } value ? new PolicyPair(key, value, member.Location) : null;
    }

    private PolicyPair? ReadNamedText(PolicyAttributeInfo row, JsonNode member, DraftEntry entry)
    {
        var name = ReadEntryName(row, member, entry);
        var text = ReadText(row, member, entry);
        return name is { } key && text is { } value ? new PolicyPair(key, value, member.Location) : null;
    }

    private string? ReadEntryName(PolicyAttributeInfo row, JsonNode member, DraftEntry entry)
    {
        var kind = row.Kind == PolicyValueKind.TextMap ? $"{row.Name} name" : "metadata name";
        var name = member.Name ?? "";
        if (name.Length == 0)
        {
            bag.ReportName(PolicyDiagnosticTable.EmptyName, source, member, $"{entry.Subject}: a {kind} is empty");
            return null;
        }

        if (PolicyCharacters.HasControl(name) || name.Contains('}', StringComparison.Ordinal))
        {
            bag.ReportName(PolicyDiagnosticTable.ControlCharacter, source, member,
                $"{entry.Subject}: the {kind} {Wording.Quote(name)} has a control character or a '}}', which ${{}} could not name");
            return null;
        }

        return name;
    }

    private PolicyPair? ReadStatus(PolicyAttributeInfo row, JsonNode member, DraftEntry entry)
    {
        const int First = 100;
        const int Last = 599;
        if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < First or > Last)
        {
            bag.ReportName(PolicyDiagnosticTable.OutOfRange, source, member,
                $"{entry.Subject}: {row.Name} maps {QuotedValue.Of(member.Name ?? "")}, which is no status; allowed is {Allowed.Range(RangeOf(First, Last))}");
            return null;
        }

        return ReadNumber(row, member, entry, row.Minimum, row.Maximum) is { } state
            ? new PolicyPair(status.ToString(CultureInfo.InvariantCulture), PolicyValue.Of(state), member.Location)
            : null;
    }
}
