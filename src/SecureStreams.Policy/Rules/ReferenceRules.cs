using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Names that refer to something: it must exist, and for lws's sake stand in front.</summary>
internal static class ReferenceRules
{
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
        return section == PolicySection.Auth ? defined.Append(AuthPolicy.DefaultName) : defined;
    }

    private static void Check(PolicyDraft draft, DiagnosticBag bag, DraftEntry entry, DraftValue value, PolicySection target)
    {
        if (value.Attribute.Kind == PolicyValueKind.Name)
        {
            Check(draft, bag, entry, value, target, value.Value.Text, value.Node);
            return;
        }

        if (value.Attribute.Kind == PolicyValueKind.ChoiceMap)
        {
            CheckKeys(bag, entry, value);
            return;
        }

        var items = value.Value.Items;
        if (items.IsEmpty)
            return;
        var at = 0;
        foreach (var node in value.Node.Children)
            Check(draft, bag, entry, value, target, items[at++].Text, node);
    }

    /// <summary>A map whose keys are metadata: an object, or an array of such.</summary>
    private static void CheckKeys(DiagnosticBag bag, DraftEntry entry, DraftValue value)
    {
        var many = SymbolRules.ManyDeclared(entry);
        if (value.Node.Kind == JsonValueKind.Object)
        {
            CheckKeys(bag, entry, value, value.Node, many);
            return;
        }

        foreach (var item in value.Node.Children)
            CheckKeys(bag, entry, value, item, many);
    }

    private static void CheckKeys(DiagnosticBag bag, DraftEntry entry, DraftValue value, JsonNode map, HashSet<string>? many)
    {
        foreach (var member in map.Children)
        {
            if (!member.TryGetPlainName(out var utf8) || utf8 is not [(byte)'$', ..])
                CheckMetadata(bag, entry, value, member.Name ?? "", member, member.NameOffset, many);
        }
    }

    private static void CheckMetadata(DiagnosticBag bag, DraftEntry entry, DraftValue value, string name, JsonNode place, int offset, HashSet<string>? many = null)
    {
        if (!entry.IsWrong("metadata") && !SymbolRules.Declares(entry, name, many))
        {
            bag.Report(PolicyDiagnosticTable.DanglingName, value.Source, offset, place,
                $"{entry.Subject}: {value.Attribute.Name} names the metadata {QuotedValue.Of(name)}, which the streamtype does not declare{bag.Suggest(name, SymbolRules.Declared(entry))}");
        }
    }

    private static void Check(PolicyDraft draft, DiagnosticBag bag, DraftEntry entry, DraftValue value, PolicySection target, string name, JsonNode place)
    {
        if (target == PolicySection.Metadata)
        {
            CheckMetadata(bag, entry, value, name, place, place.Offset, many: null);
            return;
        }

        var noun = SectionNouns.Of(target);
        if (draft.Find(target, name) is not { } found)
        {
            if (ResolvedNames.IsBuiltIn(target, name))
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
