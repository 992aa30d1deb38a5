using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <content>Lists and maps.</content>
internal sealed partial class ValueReader
{
    private PolicyValue? ReadList(PolicyAttributeInfo row, JsonNode node, string subject, Func<JsonNode, PolicyValue?> read)
    {
        if (node.Kind != JsonValueKind.Array)
            return WrongType(row, node, subject, row.Kind == PolicyValueKind.NumberList ? "an array of whole numbers" : "an array of names");
        var items = ImmutableArray.CreateBuilder<PolicyValue>(node.Children.Count);
        foreach (var item in node.Children)
        {
            if (read(item) is { } value)
                items.Add(value);
        }

        return items.Count == node.Children.Count ? PolicyValue.Of(items.ToImmutable()) : null;
    }

    /// <summary>An array of objects with one member or several, or one object.</summary>
    private PolicyValue? ReadMap(
        PolicyAttributeInfo row, JsonNode node, string subject, Func<PolicyAttributeInfo, JsonNode, string, KeyValuePair<string, PolicyValue>?> read)
    {
        List<JsonNode> objects = node.Kind == JsonValueKind.Array ? node.Children : [node];
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, PolicyValue>>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var wrong = false;
        foreach (var one in objects)
        {
            if (one.Kind != JsonValueKind.Object)
            {
                WrongType(row, one, subject, "an array of objects, as in [{\"name\": value}]");
                wrong = true;
                continue;
            }

            foreach (var member in one.Children)
            {
                if (member.Name is ['$', ..])
                    continue;
                if (read(row, member, subject) is not { } pair)
                {
                    wrong = true;
                }
                else if (places.TryAdd(pair.Key, pairs.Count))
                {
                    pairs.Add(pair);
                }
                else
                {
                    bag.ReportName(PolicyDiagnosticTable.GivenTwice, source, member, $"{subject}: {row.Name} has {Wording.Quote(pair.Key)} twice; the last one counts");
                    pairs[places[pair.Key]] = pair;
                }
            }
        }

        return wrong ? null : PolicyValue.Of(pairs.ToImmutable());
    }

    private KeyValuePair<string, PolicyValue>? ReadMetadata(PolicyAttributeInfo row, JsonNode member, string subject)
    {
        var name = member.Name ?? "";
        if (name.Length == 0)
        {
            bag.ReportName(PolicyDiagnosticTable.EmptyName, source, member, $"{subject}: a metadata name is empty");
            return null;
        }

        if (PolicyCharacters.HasControl(name) || name.Contains('}', StringComparison.Ordinal))
        {
            bag.ReportName(PolicyDiagnosticTable.ControlCharacter, source, member,
                $"{subject}: the metadata name {Wording.Quote(name)} has a control character or a '}}', which ${{}} could not name");
            return null;
        }

        if (member.Kind == JsonValueKind.Null)
            return KeyValuePair.Create(name, PolicyValue.Of(""));
        if (member.Kind != JsonValueKind.String)
        {
            WrongType(row, member, subject, "a header name or an empty string");
            return null;
        }

        var header = member.Text.EndsWith(':') ? member.Text[..^1] : member.Text;
        if (member.Text.Length > 0 && !PolicyCharacters.IsToken(header))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, member,
                $"{subject}: metadata {Wording.Quote(name)}: its header {NoHeaderName(header)}");
            return null;
        }

        return KeyValuePair.Create(name, PolicyValue.Of(header));
    }

    private KeyValuePair<string, PolicyValue>? ReadStatus(PolicyAttributeInfo row, JsonNode member, string subject)
    {
        const int First = 100;
        const int Last = 599;
        if (!int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < First or > Last)
        {
            bag.ReportName(PolicyDiagnosticTable.OutOfRange, source, member,
                $"{subject}: {row.Name} maps {QuotedValue.Of(member.Name ?? "")}, which is no status; allowed is {Allowed.Range(RangeOf(First, Last))}");
            return null;
        }

        return ReadNumber(row, member, subject, row.Minimum, row.Maximum) is { } state
            ? KeyValuePair.Create(status.ToString(CultureInfo.InvariantCulture), PolicyValue.Of(state))
            : null;
    }
}
