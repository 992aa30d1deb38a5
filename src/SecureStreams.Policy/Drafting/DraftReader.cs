using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>From the JSON tree to the draft: finds sections, entries and attributes, and takes the old shapes.</summary>
internal sealed class DraftReader
{
    private readonly SourceText _source;
    private readonly DiagnosticBag _bag;
    private readonly ValueReader _values;
    private readonly PolicyDraft _draft;

    private readonly DraftArena _arena;

    private DraftReader(JsonNode root, DiagnosticBag bag, DraftArena arena)
    {
        _source = root.Source;
        _bag = bag;
        _arena = arena;
        _values = new ValueReader(_source, bag);
        _draft = new PolicyDraft(new DraftEntry(PolicySection.Document, "", root, arena));
    }

    /// <summary>What <paramref name="root"/> states. Lives as long as <paramref name="arena"/> and the tree of the root.</summary>
    public static PolicyDraft Read(JsonNode root, DiagnosticBag bag, DraftArena arena)
    {
        var reader = new DraftReader(root, bag, arena);
        reader.ReadMembers(reader._draft.Document, root);
        return reader._draft;
    }

    /// <summary>The attributes of <paramref name="holder"/>, each looked up in the table.</summary>
    private void ReadMembers(DraftEntry entry, JsonNode holder, string? apartFrom = null)
    {
        var seen = default(PolicyAttributeSet);
        foreach (var member in holder.Children)
        {
            if (member.IsAuthorsOwn || (apartFrom is not null && member.IsNamed(apartFrom)))
                continue;
            if (RowOf(entry.Section, member) is not { } row)
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
        if (_values.Read(row, member, entry) is { } value)
            entry.Set(new DraftValue(row, value, member));
        else
            entry.MarkWrong(row);
    }

    private static PolicyAttributeInfo? RowOf(PolicySection section, JsonNode member) =>
        member.TryGetPlainName(out var utf8) ? PolicyAttributeTable.Find(section, utf8) : PolicyAttributeTable.Find(section, member.Name ?? "");

    private void ReadSection(PolicyAttributeInfo row, JsonNode section)
    {
        _draft.StatesMetrics |= row.Name == "metrics";
        if (section.Kind == JsonValueKind.Null)
            return;
        if (section.Kind != JsonValueKind.Array)
        {
            _bag.Report(PolicyDiagnosticTable.WrongType, _source, section,
                $"document: {row.Name} must be an array of objects, not {Wording.Describe(section, secret: true)}; put it between [ and ]");

            // What it holds is judged as well: names in it are then not missing elsewhere.
            if (section.Kind == JsonValueKind.Object)
                ReadSectionObject(row.Name, section);
            return;
        }

        if (row.Name == "s")
            _draft.Expect(PolicySection.StreamTypes, section.Children.Count);
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
                if (!RemovesAll(PolicySection.Auth, item))
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
        if (item.Children.FindLast(static member => member.IsNamed("name") && member.Kind == JsonValueKind.String) is { } name)
        {
            ReadFlat(section, item, name);
            return;
        }

        foreach (var member in item.Children)
        {
            if (IsRemark(member) || IsRemoval(section, member))
                continue;

            // Added even when it is wrong, so that names that refer to it are not reported as well.
            var entry = new DraftEntry(section, member.Name ?? "", member, _arena);
            Add(entry);
            if (member.Kind == JsonValueKind.Object)
                ReadMembers(entry, member);
            else
                _bag.Report(PolicyDiagnosticTable.WrongType, _source, member, $"{entry.Subject} must be an object, not {Wording.Describe(member)}");
        }
    }

    /// <summary><c>{"name": "x", "port": 1, ...}</c>, where the name should stand in front of the attributes: one finding, not one for each of them.</summary>
    private void ReadFlat(PolicySection section, JsonNode item, JsonNode name)
    {
        var entry = new DraftEntry(section, name.Text, name, _arena);
        _bag.ReportName(PolicyDiagnosticTable.WrongType, _source, name,
            $"{entry.Subject} must be written {{{Wording.Quote(name.Text).Replace('\'', '"')}: {{...}}}}: its name in front, its attributes inside, and no member \"name\"");
        Add(entry);
        ReadMembers(entry, item, apartFrom: "name");
    }

    private void ReadCertificates(JsonNode item)
    {
        foreach (var member in item.Children)
        {
            if (IsRemark(member) || IsRemoval(PolicySection.Certificates, member))
                continue;
            var entry = new DraftEntry(PolicySection.Certificates, member.Name ?? "", member, _arena);
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
        var named = item.Children.Exists(static member => member.IsNamed("name") && member.Kind != JsonValueKind.Array);
        var stacked = item.Children.Exists(static member => member.IsNamed("stack")) &&
            item.Children.Exists(static member => member.Kind is not (JsonValueKind.Array or JsonValueKind.Null) && !member.IsAuthorsOwn);
        if (stack is null || named || stacked)
        {
            ReadRecord(PolicySection.TrustStores, item, nameRequired: true);
            return;
        }

        foreach (var member in item.Children)
        {
            if (IsRemark(member) || IsRemoval(PolicySection.TrustStores, member))
                continue;
            var entry = new DraftEntry(PolicySection.TrustStores, member.Name ?? "", member, _arena);
            Add(entry);
            Take(entry, stack, member);
        }
    }

    /// <summary>An entry that carries its name as a member.</summary>
    private void ReadRecord(PolicySection section, JsonNode item, bool nameRequired)
    {
        var name = item.Children.FindLast(static member => member.IsNamed("name") && member.Kind == JsonValueKind.String);
        var entry = new DraftEntry(section, name?.Text ?? "", name ?? item, _arena);
        if (nameRequired)
            Add(entry);
        else
            _draft.AddUnnamed(entry);
        ReadMembers(entry, item);
    }

    /// <summary>Whether a definition is null, which in an overlay takes away what a layer below defines.</summary>
    private bool IsRemoval(PolicySection section, JsonNode member)
    {
        if (member.Kind != JsonValueKind.Null)
            return false;
        if (member.Name is { Length: > 0 } name)
            _draft.Removed.Add(new DraftRemoval(section, name, member));
        return true;
    }

    /// <summary>Entries that carry their names as a member are taken away as <c>{"the name": null}</c>, unless that is the name of an attribute.</summary>
    private bool RemovesAll(PolicySection section, JsonNode item)
    {
        var removes = false;
        foreach (var member in item.Children)
        {
            if (IsRemark(member))
                continue;
            if (member.Kind != JsonValueKind.Null || RowOf(section, member) is not null)
                return false;
            removes = true;
        }

        foreach (var member in item.Children)
        {
            if (!IsRemark(member))
                IsRemoval(section, member);
        }

        return removes;
    }

    private void Add(DraftEntry entry)
    {
        if (entry.Name.Length == 0)
        {
            _bag.ReportName(PolicyDiagnosticTable.EmptyName, _source, entry.Node, $"a {SectionNouns.Of(entry.Section)} has no name, or an empty one");
            return;
        }

        if (_draft.Add(entry) is { } first)
        {
            _bag.ReportName(PolicyDiagnosticTable.DuplicateName, _source, entry.Node,
                $"{entry.Subject} is defined twice; the first definition is at {first.Source.Locate(first.Node.NameOffset)}");
        }
    }

    /// <summary>Where names are the author's choice, <c>x_</c> begins a name as any other; only <c>$</c> marks a remark.</summary>
    private static bool IsRemark(JsonNode member) => member.TryGetPlainName(out var utf8) ? utf8 is [(byte)'$', ..] : member.Name is ['$', ..];
}
