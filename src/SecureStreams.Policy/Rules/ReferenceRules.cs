namespace SecureStreams.Policy;

/// <summary>Names that refer to something: it must exist, and for lws's sake stand in front.</summary>
internal static class ReferenceRules
{
    /// <summary>The authentication scheme that stands behind http_auth_header when no other is named; it needs no definition.</summary>
    public const string BuiltInAuth = "lwa";

    public static bool IsBuiltIn(PolicySection section, string name) => section == PolicySection.Auth && name == BuiltInAuth;

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var entry in draft.All)
        {
            foreach (var value in entry.Values)
            {
                if (value.Attribute.RefersTo is { } target)
                    Check(draft, bag, entry, value, target);
            }
        }
    }

    private static IEnumerable<string> NamesOf(PolicyDraft draft, PolicySection section)
    {
        var defined = draft[section].Select(static one => one.Name);
        return section == PolicySection.Auth ? defined.Append(BuiltInAuth) : defined;
    }

    private static void Check(PolicyDraft draft, DiagnosticBag bag, DraftEntry entry, DraftValue value, PolicySection target)
    {
        if (value.Attribute.Kind == PolicyValueKind.Name)
        {
            Check(draft, bag, entry, value, target, value.Value.Text, value.Node);
            return;
        }

        if (value.Value.Pairs.Length > 0)
        {
            // A map whose keys are the names.
            foreach (var pair in value.Value.Pairs)
                Check(draft, bag, entry, value, target, pair.Key, value.Node);
            return;
        }

        var items = value.Value.Items;
        if (items.IsEmpty)
            return;
        var at = 0;
        foreach (var node in value.Node.Children)
            Check(draft, bag, entry, value, target, items[at++].Text, node);
    }

    private static void Check(PolicyDraft draft, DiagnosticBag bag, DraftEntry entry, DraftValue value, PolicySection target, string name, JsonNode place)
    {
        var noun = DraftEntry.NounOf(target);
        if (target == PolicySection.Metadata)
        {
            if (!entry.IsWrong("metadata") && !SymbolRules.Declares(entry, name))
            {
                bag.Report(PolicyDiagnosticTable.DanglingName, value.Source, place,
                    $"{entry.Subject}: {value.Attribute.Name} names the {noun} {QuotedValue.Of(name)}, which the streamtype does not declare{bag.Suggest(name, SymbolRules.Declared(entry))}");
            }

            return;
        }

        if (draft.Find(target, name) is not { } found)
        {
            if (IsBuiltIn(target, name))
                return;
            bag.Report(PolicyDiagnosticTable.DanglingName, value.Source, place,
                $"{entry.Subject}: {value.Attribute.Name} names the {noun} {QuotedValue.Of(name)}, which is not defined{bag.Suggest(name, NamesOf(draft, target))}");
        }
        else if (target != PolicySection.StreamTypes && found.Node.Offset > place.Offset && ReferenceEquals(found.Source, value.Source))
        {
            // Between streamtypes any order is usual: rideshare points at the following part.
            bag.Report(PolicyDiagnosticTable.ForwardReference, value.Source, place,
                $"{entry.Subject}: {value.Attribute.Name} names the {noun} {QuotedValue.Of(name)}, which is defined later, at {found.Source.Locate(found.Node.NameOffset)}");
        }
    }
}
