namespace SecureStreams.Policy;

/// <summary>A policy as written: what is stated, where, and nothing else. Of one document, or of a base with its overlays.</summary>
internal sealed class PolicyDraft(DraftEntry document)
{
    private readonly List<DraftEntry>[] _entries = Make(static () => new List<DraftEntry>());
    private readonly Dictionary<string, DraftEntry>[] _byName = Make(static () => new Dictionary<string, DraftEntry>(StringComparer.Ordinal));

    /// <summary>The members of the document itself.</summary>
    public DraftEntry Document { get; } = document;

    /// <summary>Definitions that <c>null</c> takes away.</summary>
    public List<DraftRemoval> Removed { get; } = [];

    /// <summary>Whether <c>metrics</c> is stated: its entries need no name of their own, so that a layer that states any replaces all.</summary>
    public bool StatesMetrics { get; set; }

    /// <summary>The entries of a section in the order of the text.</summary>
    public IReadOnlyList<DraftEntry> this[PolicySection section] => _entries[(int)section];

    public IEnumerable<DraftEntry> All => _entries.SelectMany(static entries => entries).Prepend(Document);

    public DraftEntry? Find(PolicySection section, string name) => _byName[(int)section].GetValueOrDefault(name);

    /// <summary>Adds an entry; gives back the one that already has its name, which then stays.</summary>
    public DraftEntry? Add(DraftEntry entry)
    {
        if (!_byName[(int)entry.Section].TryAdd(entry.Name, entry))
            return _byName[(int)entry.Section][entry.Name];
        AddUnnamed(entry);
        return null;
    }

    /// <summary>Adds an entry that nothing refers to, so that its name need not be its own.</summary>
    public void AddUnnamed(DraftEntry entry) => _entries[(int)entry.Section].Add(entry);

    /// <summary>Makes room for entries to come.</summary>
    public void Expect(PolicySection section, int count)
    {
        _byName[(int)section].EnsureCapacity(_byName[(int)section].Count + count);
        _entries[(int)section].EnsureCapacity(_entries[(int)section].Count + count);
    }

    /// <summary>Takes the name of an entry away, so that nothing finds it; <see cref="Sweep"/> takes the entries themselves away, all at once.</summary>
    public void Forget(DraftEntry entry) => _byName[(int)entry.Section].Remove(entry.Name);

    /// <summary>Takes away every entry whose name was forgotten.</summary>
    public void Sweep(PolicySection section) =>
        _entries[(int)section].RemoveAll(entry => !ReferenceEquals(_byName[(int)section].GetValueOrDefault(entry.Name), entry));

    public void Clear(PolicySection section)
    {
        _byName[(int)section].Clear();
        _entries[(int)section].Clear();
    }

    private static T[] Make<T>(Func<T> make)
    {
        var all = new T[(int)PolicySection.Metadata + 1];
        for (var i = 0; i < all.Length; i++)
            all[i] = make();
        return all;
    }
}
