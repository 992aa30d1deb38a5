using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <content>Lists and maps.</content>
internal sealed partial class ValueReader
{
    private readonly PairCollector _pairs = new();

    private PolicyValue? ReadList(PolicyAttributeInfo row, JsonNode node, DraftEntry subject)
    {
        if (node.Kind != JsonValueKind.Array)
            return WrongType(row, node, subject, row.Kind == PolicyValueKind.NumberList ? "an array of whole numbers" : "an array of names");
        var items = new PolicyValue[node.Children.Count];
        var count = 0;
        foreach (var item in node.Children)
        {
            if (ReadItem(row, item, subject) is { } value)
                items[count++] = value;
        }

        return count == items.Length ? PolicyValue.Of(items) : null;
    }

    private PolicyValue? ReadItem(PolicyAttributeInfo row, JsonNode item, DraftEntry subject)
    {
        if (row.Kind != PolicyValueKind.NumberList)
            return ReadText(row, item, subject);
        return ReadNumber(row, item, subject, row.Minimum, row.Maximum) is { } number ? PolicyValue.Of(number) : null;
    }

    /// <summary>An array of objects with one member or several, or one object.</summary>
    private PolicyValue? ReadMap(PolicyAttributeInfo row, JsonNode node, DraftEntry subject)
    {
        _pairs.Clear();
        if (node.Kind != JsonValueKind.Array)
            return ReadMapObject(row, node, subject) ? PolicyValue.Of(_pairs.ToArray()) : null;

        var right = true;
        foreach (var one in node.Children)
            right &= ReadMapObject(row, one, subject);
        return right ? PolicyValue.Of(_pairs.ToArray()) : null;
    }

    private bool ReadMapObject(PolicyAttributeInfo row, JsonNode one, DraftEntry subject)
    {
        if (one.Kind != JsonValueKind.Object)
        {
            WrongType(row, one, subject, "an array of objects, as in [{\"name\": value}]");
            return false;
        }

        var right = true;
        foreach (var member in one.Children)
        {
            if (member.TryGetPlainName(out var utf8) && utf8 is [(byte)'$', ..])
                continue;
            if ((row.Kind == PolicyValueKind.StatusMap ? ReadStatus(row, member, subject) : ReadMetadata(row, member, subject)) is not { } pair)
                right = false;
            else if (!_pairs.Add(pair))
                bag.ReportName(PolicyDiagnosticTable.GivenTwice, source, member, $"{subject.Subject}: {row.Name} has {Wording.Quote(pair.Key)} twice; the last one counts");
        }

        return right;
    }

    private PolicyPair? ReadMetadata(PolicyAttributeInfo row, JsonNode member, DraftEntry subject)
    {
        var name = member.Name ?? "";
        if (name.Length == 0)
        {
            bag.ReportName(PolicyDiagnosticTable.EmptyName, source, member, $"{subject.Subject}: a metadata name is empty");
            return null;
        }

        if (PolicyCharacters.HasControl(name) || name.Contains('}', StringComparison.Ordinal))
        {
            bag.ReportName(PolicyDiagnosticTable.ControlCharacter, source, member,
                $"{subject.Subject}: the metadata name {Wording.Quote(name)} has a control character or a '}}', which ${{}} could not name");
            return null;
        }

        if (member.Kind == JsonValueKind.Null)
            return new PolicyPair(name, PolicyValue.Of(""), member.Location);
        if (member.Kind != JsonValueKind.String)
        {
            WrongType(row, member, subject, "a header name or an empty string");
            return null;
        }

        var header = member.Text.EndsWith(':') ? member.Text[..^1] : member.Text;
        if (member.Text.Length > 0 && !PolicyCharacters.IsToken(header))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, member,
                $"{subject.Subject}: metadata {Wording.Quote(name)}: its header {NoHeaderName(header)}");
            return null;
        }

        return new PolicyPair(name, PolicyValue.Of(header), member.Location);
    }

    private PolicyPair? ReadStatus(PolicyAttributeInfo row, JsonNode member, DraftEntry subject)
    {
        const int First = 100;
        const int Last = 599;
        if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < First or > Last)
        {
            bag.ReportName(PolicyDiagnosticTable.OutOfRange, source, member,
                $"{subject.Subject}: {row.Name} maps {Wording.Quote(member.Name ?? "")}, which is no status; allowed is {RangeOf(First, Last)}");
            return null;
        }

        return ReadNumber(row, member, subject, row.Minimum, row.Maximum) is { } state
            ? new PolicyPair(status.ToString(CultureInfo.InvariantCulture), PolicyValue.Of(state), member.Location)
            : null;
    }
}
