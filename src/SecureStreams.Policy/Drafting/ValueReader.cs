using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Checks one JSON value against the row of its attribute: type, range, characters.</summary>
internal sealed partial class ValueReader(SourceText source, DiagnosticBag bag)
{
    /// <summary>The value, or null when it is wrong (and reported).</summary>
    public PolicyValue? Read(PolicyAttributeInfo row, JsonNode node, DraftEntry entry) => row.Kind switch
    {
        PolicyValueKind.Flag => ReadFlag(row, node, entry),
        PolicyValueKind.Number => ReadNumber(row, node, entry, row.Minimum, row.Maximum) is { } number ? PolicyValue.Of(number) : null,
        PolicyValueKind.NumberList or PolicyValueKind.NameList or PolicyValueKind.TextList => ReadList(row, node, entry),
        PolicyValueKind.Choice => ReadChoice(row, node, entry),
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap => ReadMap(row, node, entry),
        PolicyValueKind.Anything => PolicyValue.Of(""),
        _ => ReadText(row, node, entry),
    };

    private PolicyValue? ReadFlag(PolicyAttributeInfo row, JsonNode node, DraftEntry entry)
    {
        switch (node.Kind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return PolicyValue.Of(node.Kind == JsonValueKind.True);
            case JsonValueKind.Number when node.Text is "0" or "1":
                var meant = node.Text == "1" ? "true" : "false";
                bag.Report(PolicyDiagnosticTable.NumberForFlag, source, node, $"{entry.Subject}: {Called(row, node)} is {QuotedValue.Number(node.Text)}; read as {meant}");
                return PolicyValue.Of(node.Text == "1");
            default:
                return WrongType(row, node, entry, "true or false", node.Kind == JsonValueKind.String && node.Text is "true" or "false" ? "; remove the quotes" : "");
        }
    }

    private long? ReadNumber(PolicyAttributeInfo row, JsonNode node, DraftEntry entry, long minimum, long maximum)
    {
        // Nearly every number is a few digits.
        if (node.Kind == JsonValueKind.Number && node.TryGetPlainText(out var digits) && Utf8Parser.TryParse(digits, out int plain, out var used) &&
            used == digits.Length && plain >= minimum && plain <= maximum)
        {
            return plain;
        }

        if (node.Kind is not JsonValueKind.Number && !(node.Kind is JsonValueKind.String && IsDigits(node.Text)))
        {
            WrongType(row, node, entry, WholeNumber(row, minimum, maximum));
            return null;
        }

        // A number too large even for decimal is out of range as well, whatever its sign.
        var fits = decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (fits && number != decimal.Truncate(number))
        {
            WrongType(row, node, entry, WholeNumber(row, minimum, maximum));
            return null;
        }

        if (fits && number > maximum && row.LargerMeans.Length > 0)
        {
            // More than ever counts: what the author meant is beyond doubt.
            bag.Report(PolicyDiagnosticTable.ReadAsLargest, source, node, $"{entry.Subject}: {Called(row, node)} is {Shown(row, node)}; read as {maximum}, {row.LargerMeans}");
            number = maximum;
        }

        var isDefault = fits && number == 0 && row.ZeroMeansDefault;
        if (!fits || (!isDefault && (number < minimum || number > maximum)))
        {
            bag.Report(PolicyDiagnosticTable.OutOfRange, source, node,
                $"{entry.Subject}: {Called(row, node)} is {Shown(row, node)}, which is out of range; allowed is {Allowed.Range(RangeOf(row, minimum, maximum))}");
            return null;
        }

        if (node.Kind is JsonValueKind.String)
        {
            bag.Report(PolicyDiagnosticTable.TextForNumber, source, node,
                $"{entry.Subject}: {Called(row, node)} is the string {QuotedValue.Of(node.Text)}; read as the number");
        }

        return (long)number;
    }

    private PolicyValue? ReadText(PolicyAttributeInfo row, JsonNode node, DraftEntry entry)
    {
        if (node.Kind != JsonValueKind.String)
        {
            return WrongType(row, node, entry, row.Kind switch
            {
                PolicyValueKind.Name or PolicyValueKind.NameList => $"the name of a {SectionNouns.Of(row.RefersTo ?? PolicySection.Document)}",
                _ => "a string",
            });
        }

        var text = node.Text;
        if (!row.AllowsControlCharacters && PolicyCharacters.FirstControl(text) is { Position: > 0 } control)
        {
            // The text itself is not quoted: a query or an endpoint may carry a password.
            bag.Report(PolicyDiagnosticTable.ControlCharacter, source, node,
                $"{entry.Subject}: {Called(row, node)} has the control character {Wording.Quote(control.Character.ToString())} at character {control.Position}; CR, LF and the like are not allowed");
            return null;
        }

        if (row.Kind == PolicyValueKind.HeaderName && text.EndsWith(':'))
            text = text[..^1];
        if (row.Kind == PolicyValueKind.HeaderName && !PolicyCharacters.IsToken(text))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, node, $"{entry.Subject}: {Called(row, node)} {NoHeaderName(text)}");
            return null;
        }

        if (row.Kind == PolicyValueKind.Token && !PolicyCharacters.IsToken(text))
        {
            bag.Report(PolicyDiagnosticTable.NotAToken, source, node,
                $"{entry.Subject}: {Called(row, node)} is {Shown(row, node)}, which is not an HTTP token");
            return null;
        }

        if (!row.HasForm(text))
        {
            bag.Report(PolicyDiagnosticTable.WrongForm, source, node, $"{entry.Subject}: {Called(row, node)} must be {row.PatternHelp}");
            return null;
        }

        foreach (var (refused, reason) in row.Refused)
        {
            if (string.Equals(text, refused, StringComparison.OrdinalIgnoreCase))
            {
                bag.Report(PolicyDiagnosticTable.NotAllowed, source, node, $"{entry.Subject}: {Called(row, node)} is {Shown(row, node)}, which is refused: {reason}");
                return null;
            }
        }

        return row.Kind == PolicyValueKind.Template ? PolicyValue.Of(PolicyTemplate.Parse(text)) : PolicyValue.Of(text);
    }

    private PolicyValue? ReadChoice(PolicyAttributeInfo row, JsonNode node, DraftEntry entry)
    {
        if (node.Kind != JsonValueKind.String)
            return WrongType(row, node, entry, Allowed.OneOf(row.Choices).As($"one of {string.Join(", ", row.Choices)}"));
        var text = node.Text;
        foreach (var choice in row.Choices)
        {
            if (choice == text)
                return PolicyValue.Of(choice);
        }

        foreach (var (old, now) in row.OldChoices)
        {
            if (old == text)
                return PolicyValue.Of(now);
        }

        bag.Report(PolicyDiagnosticTable.NotAllowed, source, node,
            $"{entry.Subject}: {Called(row, node)} is {Shown(row, node)}; allowed are {Allowed.OneOf(row.Choices)}{bag.Suggest(text, row.Choices)}");
        return null;
    }

    private PolicyValue? WrongType(PolicyAttributeInfo row, JsonNode node, DraftEntry entry, Allowed wanted, string mend = "")
    {
        bag.Report(PolicyDiagnosticTable.WrongType, source, node, $"{entry.Subject}: {Called(row, node)} must be {wanted}, not {Wording.Describe(node, IsHidden(row, node))}{mend}");
        return null;
    }

    /// <summary>The member by the name that the document uses for it.</summary>
    private static string Called(PolicyAttributeInfo row, JsonNode node) => row.Kind switch
    {
        PolicyValueKind.NumberList or PolicyValueKind.NameList or PolicyValueKind.TextList when node.Name is null => $"an item of {row.Name}",
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap when node.Name is { } key && key != row.Name => $"{row.Name} {Wording.Quote(key)}",
        _ when node.Name is { } spelling && row.OldSpellings.Contains(spelling) => spelling,
        _ => row.Name,
    };

    private static QuotedValue Shown(PolicyAttributeInfo row, JsonNode node) =>
        IsHidden(row, node) || SecretRules.HasPassword(node.Text) ? QuotedValue.Hidden : node.Kind == JsonValueKind.String ? QuotedValue.Of(node.Text) : QuotedValue.Number(node.Text);

    /// <summary>Whether what was written is not quoted. Where a form or the number of a blob is asked for, people put the secret itself in place of its name.</summary>
    private static bool IsHidden(PolicyAttributeInfo row, JsonNode node) =>
        row.IsSecret || row.Pattern.Length > 0 || (node.Kind == JsonValueKind.String && row.Name is "blob" or "client_cert");

    /// <summary>What keeps a text from being a header name. The text itself is not quoted: where a name belongs, people write whole headers, tokens included.</summary>
    private static string NoHeaderName(string text)
    {
        if (text.Length == 0)
            return "is empty, which is not a header name";
        var (character, position) = PolicyCharacters.FirstOutsideToken(text);
        return $"has {Wording.Quote(character.ToString())} at character {position}, which no header name has; write the name alone, without a value";
    }

    private static Allowed WholeNumber(PolicyAttributeInfo row, long minimum, long maximum)
    {
        var range = RangeOf(row, minimum, maximum);
        return Allowed.Range(range).As($"a whole number, {range}");
    }

    private static string RangeOf(PolicyAttributeInfo row, long minimum, long maximum) =>
        $"{RangeOf(minimum, maximum)}{Unit(row)}{(row.ZeroMeansDefault && minimum > 0 ? ", or 0 for the default" : "")}";

    internal static string RangeOf(long minimum, long maximum) => maximum == long.MaxValue ? $"{minimum} or more" : $"{minimum}..{maximum}";

    private static string Unit(PolicyAttributeInfo row) => row.Unit.Length == 0 ? "" : $" {row.Unit}";

    private static bool IsDigits(string text) => text.AsSpan(text.StartsWith('-') ? 1 : 0) is { Length: > 0 and < 32 } digits && !digits.ContainsAnyExceptInRange('0', '9');
}
