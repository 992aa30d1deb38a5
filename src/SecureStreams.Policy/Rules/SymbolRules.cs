namespace SecureStreams.Policy;

/// <summary><c>${name}</c>: the streamtype must declare the name as metadata.</summary>
internal static class SymbolRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var entry in draft[PolicySection.StreamTypes])
        {
            var declared = Declared(entry);
            foreach (var value in entry.Values)
            {
                if (value.Attribute.Kind == PolicyValueKind.Template)
                    Check(bag, entry, value, declared);
            }
        }
    }

    public static HashSet<string> Declared(DraftEntry entry) =>
        entry.Find("metadata") is { } metadata ? metadata.Value.Pairs.Select(static pair => pair.Key).ToHashSet(StringComparer.Ordinal) : [];

    private static void Check(DiagnosticBag bag, DraftEntry entry, DraftValue value, HashSet<string> declared)
    {
        var text = value.Value.Text;
        foreach (var symbol in PolicyTemplate.Parse(text).Symbols)
        {
            if (!entry.IsWrong("metadata") && !declared.Contains(symbol))
            {
                bag.Report(PolicyDiagnosticTable.UndeclaredSymbol, value.Source, value.Node,
                    $"{entry.Subject}: {value.Attribute.Name} uses {new QuotedValue(Wording.Shorten(symbol), $"'${{{Wording.Shorten(symbol)}}}'")}, which its metadata does not declare{bag.Suggest(symbol, declared)}");
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
