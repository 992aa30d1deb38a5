using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Checks one JSON value against the row of its attribute: type, range, characters.</summary>
internal sealed class ValueReader(SourceText source, DiagnosticBag bag)
{
    /// <summary>The value, or null when it is wrong (and reported).</summary>
    public PolicyValue? Read(PolicyAttributeInfo row, JsonNode node, string subject) => row.Kind switch
    {
        PolicyValueKind.Flag => ReadFlag(row, node, subject),
        PolicyValueKind.Number => ReadNumber(row, node, subject, row.Minimum, row.Maximum) is { } number ? PolicyValue.Of(number) : null,
        PolicyValueKind.NumberList => ReadList(row, node, subject,
            item => ReadNumber(row, item, subject, row.Minimum, row.Maximum) is { } number ? PolicyValue.Of(number) : null),
        PolicyValueKind.Choice => ReadChoice(row, node, subject),
        PolicyValueKind.NameList => ReadList(row, node, subject, item => ReadText(row, item, subject)),
        PolicyValueKind.MetadataMap => ReadMap(row, node, subject, ReadMetadata),
        PolicyValueKind.StatusMap => ReadMap(row, node, subject, ReadStatus),
        PolicyValueKind.Anything => PolicyValue.Of(""),
        _ => ReadText(row, node, subject),
    };

    private PolicyValue? ReadFlag(PolicyAttributeInfo row, JsonNode node, string subject)
    {
        switch (node.Kind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return PolicyValue.Of(node.Kind == JsonValueKind.True);
            case JsonValueKind.Number when node.Text is "0" or "1":
                var meant = node.Text == "1" ? "true" : "false";
                bag.Report(PolicyDiagnosticTable.NumberForFlag, source, node, $"{subject}: {Called(row, node)} is {node.Text}; read as {meant}");
                return PolicyValue.Of(node.Text == "1");
            default:
                return WrongType(row, node, subject, "true or false");
        }
    }

    private long? ReadNumber(PolicyAttributeInfo row, JsonNode node, string subject, long minimum, long maximum)
    {
        if (node.Kind is not JsonValueKind.Number && !(node.Kind is JsonValueKind.String && IsDigits(node.Text)))
        {
            WrongType(row, node, subject, $"a whole number{Range(row, minimum, maximum)}");
            return null;
        }

        // A number too large even for decimal is out of range as well, whatever its sign.
        var fits = decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (fits && number != decimal.Truncate(number))
        {
            WrongType(row, node, subject, $"a whole number{Range(row, minimum, maximum)}");
            return null;
        }

        if (!fits || number < minimum || number > maximum)
        {
            bag.Report(PolicyDiagnosticTable.OutOfRange, source, node,
                $"{subject}: {Called(row, node)} is {Shown(row, node)}, which is out of range; allowed is {RangeOf(minimum, maximum)}{Unit(row)}");
            return null;
        }

        if (node.Kind is JsonValueKind.String)
        {
            bag.Report(PolicyDiagnosticTable.TextForNumber, source, node,
                $"{subject}: {Called(row, node)} is the string {Wording.Quote(node.Text)}; read as the number");
        }

        return (long)number;
    }

    private PolicyValue? ReadText(PolicyAttributeInfo row, JsonNode node, string subject)
    {
        if (node.Kind != JsonValueKind.String)
        {
            return WrongType(row, node, subject, row.Kind switch
            {
                PolicyValueKind.Name or PolicyValueKind.NameList => $"the name of a {DraftEntry.NounOf(row.RefersTo ?? PolicySection.Document)}",
                _ => "a string",
            });
        }

        if (!row.AllowsControlCharacters && HasControlCharacter(node.Text))
        {
            bag.Report(PolicyDiagnosticTable.ControlCharacter, source, node,
                $"{subject}: {Called(row, node)} has a control character: {Shown(row, node)}; CR, LF and the like are not allowed");
            return null;
        }

        var text = node.Text;
        if (row.Kind == PolicyValueKind.HeaderName && text.EndsWith(':'))
            text = text[..^1];
        if (row.Kind is PolicyValueKind.Token or PolicyValueKind.HeaderName && !IsToken(text))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, node,
                $"{subject}: {Called(row, node)} is {Shown(row, node)}, which is not {(row.Kind == PolicyValueKind.Token ? "an HTTP token" : "a header name")}");
            return null;
        }

        return PolicyValue.Of(text);
    }

    private PolicyValue? ReadChoice(PolicyAttributeInfo row, JsonNode node, string subject)
    {
        if (node.Kind != JsonValueKind.String)
            return WrongType(row, node, subject, $"one of {string.Join(", ", row.Choices)}");
        foreach (var (old, now) in row.OldChoices)
        {
            if (old == node.Text)
                return PolicyValue.Of(now);
        }

        if (row.Choices.Contains(node.Text))
            return PolicyValue.Of(node.Text);
        bag.Report(PolicyDiagnosticTable.NotAllowed, source, node,
            $"{subject}: {Called(row, node)} is {Shown(row, node)}; allowed are {string.Join(", ", row.Choices)}{bag.Suggest(node.Text, row.Choices)}");
        return null;
    }

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

        if (HasControlCharacter(name) || name.Contains('}', StringComparison.Ordinal))
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
        if (member.Text.Length > 0 && !IsToken(header))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, member,
                $"{subject}: metadata {Wording.Quote(name)} travels in {Wording.Quote(member.Text)}, which is not a header name");
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
                $"{subject}: {row.Name} maps {Wording.Quote(member.Name ?? "")}, which is no status; allowed is {RangeOf(First, Last)}");
            return null;
        }

        return ReadNumber(row, member, subject, row.Minimum, row.Maximum) is { } state
            ? KeyValuePair.Create(status.ToString(CultureInfo.InvariantCulture), PolicyValue.Of(state))
            : null;
    }

    private PolicyValue? WrongType(PolicyAttributeInfo row, JsonNode node, string subject, string wanted)
    {
        bag.Report(PolicyDiagnosticTable.WrongType, source, node, $"{subject}: {Called(row, node)} must be {wanted}, not {Wording.Describe(node, row.IsSecret)}");
        return null;
    }

    /// <summary>The member by the name that the document uses for it.</summary>
    private static string Called(PolicyAttributeInfo row, JsonNode node) => row.Kind switch
    {
        PolicyValueKind.NumberList or PolicyValueKind.NameList when node.Name is null => $"an item of {row.Name}",
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap when node.Name is { } key && key != row.Name => $"{row.Name} {Wording.Quote(key)}",
        _ when node.Name is { } spelling && row.OldSpellings.Contains(spelling) => spelling,
        _ => row.Name,
    };

    private static string Shown(PolicyAttributeInfo row, JsonNode node) =>
        row.IsSecret ? "(not shown)" : node.Kind == JsonValueKind.String ? Wording.Quote(node.Text) : Wording.Shorten(node.Text);

    private static string Range(PolicyAttributeInfo row, long minimum, long maximum) => $", {RangeOf(minimum, maximum)}{Unit(row)}";

    internal static string RangeOf(long minimum, long maximum) => maximum == long.MaxValue ? $"{minimum} or more" : $"{minimum}..{maximum}";

    private static string Unit(PolicyAttributeInfo row) => row.Unit.Length == 0 ? "" : $" {row.Unit}";

    private static bool IsDigits(string text) => text.AsSpan(text.StartsWith('-') ? 1 : 0) is { Length: > 0 and < 32 } digits && !digits.ContainsAnyExceptInRange('0', '9');

    private static bool HasControlCharacter(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f');

    /// <summary>RFC 9110, 5.6.2.</summary>
    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
