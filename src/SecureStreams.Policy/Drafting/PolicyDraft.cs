namespace SecureStreams.Policy;

/// <summary>A policy as written: what is stated, where, and nothing else.</summary>
internal sealed class PolicyDraft(DraftEntry document)
{
    private readonly Dictionary<PolicySection, List<DraftEntry>> _entries = [];
    private readonly Dictionary<(PolicySection Section, string Name), DraftEntry> _byName = [];

    /// <summary>The members of the document itself.</summary>
    public DraftEntry Document { get; } = document;

    /// <summary>The entries of a section in the order of the text.</summary>
    public IReadOnlyList<DraftEntry> this[PolicySection section] => _entries.TryGetValue(section, out var entries) ? entries : [];

    public IEnumerable<DraftEntry> All => _entries.Values.SelectMany(static entries => entries).Prepend(Document);

    public DraftEntry? Find(PolicySection section, string name) => _byName.GetValueOrDefault((section, name));

    /// <summary>Adds an entry; gives back the one that already has its name, which then stays.</summary>
    public DraftEntry? Add(DraftEntry entry)
    {
        if (!_byName.TryAdd((entry.Section, entry.Name), entry))
            return _byName[(entry.Section, entry.Name)];
        AddUnnamed(entry);
        return null;
    }

    /// <summary>Adds an entry that nothing refers to, so that its name need not be its own.</summary>
    public void AddUnnamed(DraftEntry entry)
    {
        if (!_entries.TryGetValue(entry.Section, out var entries))
            _entries[entry.Section] = entries = [];
        entries.Add(entry);
    }
}
