namespace SecureStreams.Policy;

/// <summary>A streamtype, scheme, store ... as written: a name and the attributes that are stated, no defaults.</summary>
internal sealed class DraftEntry(PolicySection section, string name, JsonNode node, DraftArena arena)
{
    private readonly DraftArena _arena = arena;
    private int _start = arena.Count;
    private int _count;
    private DraftMarks? _marks;

    public PolicySection Section { get; } = section;

    public string Name { get; } = name;

    /// <summary>Where it is defined; with several layers, where it is defined first. In <c>certs</c> also the text itself, of the last layer that has one.</summary>
    public JsonNode Node { get; private set; } = node;

    public SourceText Source => Node.Source;

    /// <summary>What is stated. Any change makes the span worthless.</summary>
    public ReadOnlySpan<DraftValue> Values => _arena.Slice(_start, _count);

    /// <summary>How messages call it.</summary>
    public string Subject => SectionNouns.Of(Section, Name);

    /// <summary>The stated value of the attribute with this canonical name, or null.</summary>
    public DraftValue? Find(string attribute)
    {
        // Names are literals on both sides, so that nearly every comparison is one of references.
        foreach (ref readonly var value in Values)
        {
            if (value.Attribute.Name == attribute)
                return value;
        }

        return null;
    }

    /// <summary>Whether the attribute is stated with a value that was refused: rules then keep quiet about it.</summary>
    public bool IsWrong(string attribute) => _marks is not null && PolicyAttributeTable.Find(Section, attribute) is { } row && _marks.Wrong.Contains(row);

    /// <summary>Whether anything stated was refused.</summary>
    public bool HasWrong => _marks is { IsAnyWrong: true };

    public void MarkWrong(PolicyAttributeInfo attribute)
    {
        _marks ??= new DraftMarks();
        _marks.Wrong.Add(attribute);
        _marks.IsAnyWrong = true;
    }

    public bool Flag(string attribute) => Find(attribute) is { Value.Flag: true };

    public void Set(in DraftValue value)
    {
        var row = value.Attribute;
        _marks?.Wrong.Remove(row);
        var at = IndexOf(row);
        if (at >= 0)
        {
            _arena.Slice(_start, _count)[at] = value;
            return;
        }

        // What is stated lies side by side: once another entry lies behind it, it moves to the end to grow.
        if (_start + _count != _arena.Count)
            _start = _arena.MoveToEnd(_start, _count);
        _arena.Add(value);
        _count++;
    }

    /// <summary>Back to the default, as <c>null</c> asks; also in the layers below.</summary>
    public void Unset(PolicyAttributeInfo attribute)
    {
        _marks ??= new DraftMarks();
        _marks.Wrong.Remove(attribute);
        _marks.Cleared.Add(attribute);
        if (attribute.Kind == PolicyValueKind.MetadataMap)
            _marks.Metadata = null;
        var at = IndexOf(attribute);
        if (at < 0)
            return;
        if (_start + _count != _arena.Count)
            _start = _arena.MoveToEnd(_start, _count);
        var own = _arena.Slice(_start, _count);
        own[(at + 1)..].CopyTo(own[at..]);
        _arena.RemoveLast();
        _count--;
    }

    /// <summary>Puts what <paramref name="upper"/>, the same entry of the next layer, states over what is stated here.</summary>
    public void Overlay(DraftEntry upper)
    {
        if (upper._marks is { } marks)
        {
            foreach (var row in PolicyAttributeTable.Of(Section))
            {
                if (marks.Cleared.Contains(row))
                    Unset(row);
                if (marks.Wrong.Contains(row))
                    MarkWrong(row);
            }
        }

        // The upper one's values lie in an arena of their own, which does not move.
        foreach (ref readonly var value in upper.Values)
        {
            if (value.Attribute.Kind == PolicyValueKind.MetadataMap && Find(value.Attribute.Name) is { } lower)
                Merge(lower.Value, value.Value);
            Set(value);
        }

        if (Section == PolicySection.Certificates)
            Node = upper.Node;
    }

    /// <summary>Once the last layer lies on top: the metadata of all layers becomes the value.</summary>
    public void Settle()
    {
        if (_marks?.Metadata is { } merged && Find("metadata") is { } top)
            Set(top with { Value = PolicyValue.Of(merged.ToArray()) });
    }

    /// <summary>Stated values in the order of the table: in which order they are written must not decide whether two policies are equal.</summary>
    public PolicyAttributeValue[] ToModel()
    {
        var values = new PolicyAttributeValue[_count];
        for (var i = 0; i < _count; i++)
        {
            ref readonly var value = ref Values[i];
            var at = i;
            for (; at > 0 && values[at - 1].Attribute.Ordinal > value.Attribute.Ordinal; at--)
                values[at] = values[at - 1];
            values[at] = value.ToModel();
        }

        return values;
    }

    private int IndexOf(PolicyAttributeInfo row)
    {
        var own = _arena.Slice(_start, _count);
        for (var i = 0; i < own.Length; i++)
        {
            if (ReferenceEquals(own[i].Attribute, row))
                return i;
        }

        return -1;
    }

    /// <summary>By name: the upper one's headers win, its new names follow.</summary>
    private void Merge(PolicyValue lower, PolicyValue upper)
    {
        _marks ??= new DraftMarks();
        if (_marks.Metadata is not { } merged)
        {
            _marks.Metadata = merged = new PairCollector();
            foreach (var pair in lower.Pairs)
                merged.Add(pair);
        }

        foreach (var pair in upper.Pairs)
            merged.Add(pair);
    }
}
