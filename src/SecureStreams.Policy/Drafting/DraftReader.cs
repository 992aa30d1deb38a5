using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>From the JSON tree to the draft: finds sections, entries and attributes, and takes the old shapes.</summary>
internal sealed class DraftReader
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _bag;
    private readonly ValueReader _values;
    private readonly PolicyDraft _draft;

    private DraftReader(SourceText source, DiagnosticBag bag, JsonNode root)
    {
        _source = source;
        _bag = bag;
        _values = new ValueReader(source, bag);
        _draft = new PolicyDraft(new DraftEntry(PolicySection.Document, "", root, source));
    }

    public static PolicyDraft Read(JsonNode root, SourceText source, DiagnosticBag bag)
    {
        var reader = new DraftReader(source, bag, root);
        reader.ReadMembers(reader._draft.Document, root);
        return reader._draft;
    }

    /// <summary>The attributes of <paramref name="holder"/>, each looked up in the table.</summary>
    private void ReadMembers(DraftEntry entry, JsonNode holder)
    {
        var seen = new HashSet<PolicyAttributeInfo>();
        foreach (var member in holder.Children)
        {
            if (member.IsAuthorsOwn)
                continue;
            if (PolicyAttributeTable.Find(entry.Section, member.Name ?? "") is not { } row)
            {
                UnknownMember.Report(_bag, _source, entry.Subject, member, PolicyAttributeTable.SpellingsOf(entry.Section));
                continue;
            }

            if (!seen.Add(row))
            {
                var (info, outcome) = row.Kind == PolicyValueKind.Section
                    ? (PolicyDiagnosticTable.SectionTwice, "both are read")
                    : (PolicyDiagnosticTable.GivenTwice, "the last one counts");
                _bag.ReportName(info, _source, member, $"{entry.Subject}: {row.Name} is given twice; {outcome}");
            }

            if (row.Kind == PolicyValueKind.Section)
                ReadSection(row, member);
            else if (member.Kind == JsonValueKind.Null)
                entry.Unset(row);
            else
                Take(entry, row, member);
        }
    }

    private void Take(DraftEntry entry, PolicyAttributeInfo row, JsonNode member)
    {
        if (_values.Read(row, member, entry.Subject) is { } value)
            entry.Set(new DraftValue(row, value, member, _source));
        else
            entry.MarkWrong(row);
    }

    private void ReadSection(PolicyAttributeInfo row, JsonNode section)
    {
        if (section.Kind == JsonValueKind.Null)
            return;
        if (section.Kind != JsonValueKind.Array)
        {
            _bag.Report(PolicyDiagnosticTable.WrongType, _source, section,
                $"document: {row.Name} must be an array of objects, not {Wording.Describe(section, secret: true)}; put it between [ and ]");
            return;
        }

        foreach (var item in section.Children)
        {
            if (item.Kind == JsonValueKind.Object)
                ReadSectionObject(row.Name, item);
            else if (item.Kind != JsonValueKind.Null)
                _bag.Report(PolicyDiagnosticTable.WrongType, _source, item, $"document: an item of {row.Name} must be an object, not {Wording.Describe(item, secret: true)}");
        }
    }

    private void ReadSectionObject(string section, JsonNode item)
    {
        switch (section)
        {
            case "retry":
                ReadNamedObjects(PolicySection.Retry, item);
                break;
            case "s":
                ReadNamedObjects(PolicySection.StreamTypes, item);
                break;
            case "certs":
                ReadCertificates(item);
                break;
            case "trust_stores":
                ReadTrustStores(item);
                break;
            case "auth":
                ReadRecord(PolicySection.Auth, item, nameRequired: true);
                break;
            case "metrics":
                ReadRecord(PolicySection.Metrics, item, nameRequired: false);
                break;
        }
    }

    /// <summary><c>{"name": {...}, ...}</c>, one entry or several.</summary>
    private void ReadNamedObjects(PolicySection section, JsonNode item)
    {
        foreach (var member in item.Children)
        {
            if (IsRemark(member) || member.Kind == JsonValueKind.Null)
                continue;

            // Added even when it is wrong, so that names that refer to it are not reported as well.
            var entry = new DraftEntry(section, member.Name ?? "", member, _source);
            Add(entry);
            if (member.Kind == JsonValueKind.Object)
                ReadMembers(entry, member);
            else
                _bag.Report(PolicyDiagnosticTable.WrongType, _source, member, $"{entry.Subject} must be an object, not {Wording.Describe(member)}");
        }
    }

    private void ReadCertificates(JsonNode item)
    {
        foreach (var member in item.Children)
        {
            if (IsRemark(member) || member.Kind == JsonValueKind.Null)
                continue;
            var entry = new DraftEntry(PolicySection.Certificates, member.Name ?? "", member, _source);
            Add(entry);
            if (member.Kind != JsonValueKind.String)
            {
                _bag.Report(PolicyDiagnosticTable.WrongType, _source, member,
                    $"{entry.Subject} must be a string of base64, not {Wording.Describe(member, secret: true)}");
            }
        }
    }

    /// <summary><c>{"name": "x", "stack": [...]}</c>, or <c>{"x": [...], ...}</c>: a <c>name</c> that is an array is a store of that name.</summary>
    private void ReadTrustStores(JsonNode item)
    {
        var stack = PolicyAttributeTable.Find(PolicySection.TrustStores, "stack");
        var named = item.Children.Exists(static member => member.Name == "name" && member.Kind != JsonValueKind.Array);
        var stacked = item.Children.Exists(static member => member.Name == "stack") &&
            item.Children.Exists(static member => member.Kind is not (JsonValueKind.Array or JsonValueKind.Null) && !member.IsAuthorsOwn);
        if (stack is null || named || stacked)
        {
            ReadRecord(PolicySection.TrustStores, item, nameRequired: true);
            return;
        }

        foreach (var member in item.Children)
        {
            if (IsRemark(member) || member.Kind == JsonValueKind.Null)
                continue;
            var entry = new DraftEntry(PolicySection.TrustStores, member.Name ?? "", member, _source);
            Add(entry);
            Take(entry, stack, member);
        }
    }

    /// <summary>An entry that carries its name as a member.</summary>
    private void ReadRecord(PolicySection section, JsonNode item, bool nameRequired)
    {
        var name = item.Children.FindLast(static member => member.Name == "name" && member.Kind == JsonValueKind.String);
        var entry = new DraftEntry(section, name?.Text ?? "", name ?? item, _source);
        if (nameRequired)
            Add(entry);
        else
            _draft.AddUnnamed(entry);
        ReadMembers(entry, item);
    }

    private void Add(DraftEntry entry)
    {
        if (entry.Name.Length == 0)
        {
            _bag.ReportName(PolicyDiagnosticTable.EmptyName, _source, entry.Node, $"a {DraftEntry.NounOf(entry.Section)} has no name, or an empty one");
            return;
        }

        if (_draft.Add(entry) is { } first)
        {
            _bag.ReportName(PolicyDiagnosticTable.DuplicateName, _source, entry.Node,
                $"{entry.Subject} is defined twice; the first definition is at {first.Source.Locate(first.Node.NameOffset)}");
        }
    }

    /// <summary>Where names are the author's choice, <c>x_</c> begins a name as any other; only <c>$</c> marks a remark.</summary>
    private static bool IsRemark(JsonNode member) => member.Name is ['$', ..];
}
