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
                if (many is null && entry.Find("metadata") is { Value.Pairs.Length: > SearchedInTurn })
                    many = [.. Declared(entry)];
                Check(bag, entry, value, many);
            }
        }
    }

    public static bool Declares(DraftEntry entry, string name)
    {
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
            if (!entry.IsWrong("metadata") && !(many?.Contains(symbol) ?? Declares(entry, symbol)))
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
