namespace SecureStreams.Policy;

/// <summary><c>${name}</c>: the streamtype must declare the name as metadata.</summary>
internal static class SymbolRules
{
    /// <summary>Up to here names are searched one by one, which needs no memory; nearly every streamtype has two or three.</summary>
    private const int SearchedInTurn = 32;

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var entry in draft[PolicySection.StreamTypes])
        {
            HashSet<string>? many = null;
            foreach (ref readonly var value in entry.Values)
            {
                if (value.Attribute.Kind != PolicyValueKind.Template || !value.Value.Text.Contains("${", StringComparison.Ordinal))
                    continue;
                many ??= ManyOf(entry);
                Check(bag, entry, value, many);
            }
        }
    }

    /// <summary>The names that are declared, where they are too many to search them one by one.</summary>
    public static HashSet<string>? ManyOf(DraftEntry entry) =>
        entry.Find("metadata") is { Value.Pairs.Length: > SearchedInTurn } ? new HashSet<string>(Declared(entry), StringComparer.Ordinal) : null;

    public static bool Declares(DraftEntry entry, string name, HashSet<string>? many)
    {
        if (many is not null)
            return many.Contains(name);
        if (entry.Find("metadata") is { } metadata)
        {
            foreach (var pair in metadata.Value.Pairs)
            {
                if (pair.Key == name)
                    return true;
            }
        }

        return false;
    }

    public static IEnumerable<string> Declared(DraftEntry entry) =>
        entry.Find("metadata") is { } metadata ? metadata.Value.Pairs.Select(static pair => pair.Key) : [];

    private static void Check(DiagnosticBag bag, DraftEntry entry, in DraftValue value, HashSet<string>? many)
    {
        var text = value.Value.Text;
        foreach (var symbol in value.Value.Template.Symbols)
        {
            if (!entry.IsWrong("metadata") && !Declares(entry, symbol, many))
            {
                bag.Report(PolicyDiagnosticTable.UndeclaredSymbol, value.Source, value.Node,
                    $"{entry.Subject}: {value.Attribute.Name} uses {new QuotedValue(Wording.Shorten(symbol), $"'${{{Wording.Shorten(symbol)}}}'")}, which its metadata does not declare{bag.Suggest(symbol, Declared(entry))}");
            }
        }

        var last = text.LastIndexOf("${", StringComparison.Ordinal);
        if (last >= 0 && !text.AsSpan(last).Contains('}'))
        {
            bag.Report(PolicyDiagnosticTable.UnclosedSymbol, value.Source, value.Node,
                $"{entry.Subject}: {value.Attribute.Name} has a '${{' without its '}}'; taken literally");
        }
    }
}
