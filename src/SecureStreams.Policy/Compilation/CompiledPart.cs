using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>A part of a compiled policy while its values come in. Takes only what this release knows, so that nothing is silently lost.</summary>
internal sealed class CompiledPart(PolicySection section, string name, PolicyLocation location)
{
    private readonly List<PolicyAttributeValue> _values = [];
    private readonly List<PolicyValue> _items = [];
    private readonly List<PolicyPair> _pairs = [];

    public string Name { get; } = name;

    public PolicyLocation Location { get; } = location;

    private string Subject => section == PolicySection.Document ? "the document" : $"{SectionNouns.Of(section)} '{Name}'";

    public void Set(string attribute, PolicyValue value, CompiledShape shape, PolicyLocation place)
    {
        Complete();
        var row = RowOf(attribute);
        foreach (var stated in _values)
        {
            if (ReferenceEquals(stated.Attribute, row))
                throw Misuse($"states {attribute} twice; a policy states it once");
        }

        var wanted = CompiledShapes.Of(row.Kind);
        if (wanted != shape)
            throw Misuse($"states {attribute} as {CompiledShapes.Describe(shape)}, but it is {CompiledShapes.Describe(wanted)}");
        if (shape is CompiledShape.Text or CompiledShape.Number)
            Judge(row, value);
        foreach (var item in value.Items)
            Judge(row, item);
        _values.Add(new PolicyAttributeValue(row, row.Kind == PolicyValueKind.Template ? PolicyValue.Of(PolicyTemplate.Parse(value.Text)) : value, place));
    }

    public void Add(PolicyValue item)
    {
        if (_values is not [.., { Attribute: var row }] || CompiledShapes.Of(row.Kind) != CompiledShape.Texts)
            throw Misuse("adds an item where no list of texts is open");
        _items.Add(item);
    }

    public void Add(PolicyPair pair, CompiledShape shape)
    {
        if (_values is not [.., { Attribute: var row }] || CompiledShapes.Of(row.Kind) != CompiledShape.Map)
            throw Misuse($"adds the entry '{pair.Key}' where no map is open");
        var wanted = CompiledShapes.OfEntries(row.Kind);
        if (wanted != shape)
            throw Misuse($"gives '{pair.Key}' of {row.Name} {CompiledShapes.Describe(shape)}, but it has {CompiledShapes.Describe(wanted)}");
        if (row.Kind == PolicyValueKind.StatusMap && !int.TryParse(pair.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw Misuse($"has the entry '{pair.Key}' in {row.Name}, which is no status");
        Judge(row, pair.Value);
        _pairs.Add(pair);
    }

    /// <summary>Stated values in the order of the table of this release, which need not be that of the release that compiled them.</summary>
    public PolicyAttributeValue[] ToValues()
    {
        Complete();
        var values = _values.ToArray();
        Array.Sort(values, static (left, right) => left.Attribute.Ordinal.CompareTo(right.Attribute.Ordinal));
        return values;
    }

    private PolicyAttributeInfo RowOf(string attribute)
    {
        if (PolicyAttributeTable.Find(section, attribute) is { } row && row.Name == attribute && row.Kind != PolicyValueKind.Section)
            return row;
        throw Misuse($"states '{attribute}', which this release does not know: it was compiled by another one. Compile the policy again, or update this library");
    }

    /// <summary>Refuses what this release gives no meaning: a newer one may allow more.</summary>
    private void Judge(PolicyAttributeInfo row, PolicyValue value)
    {
        var known = row.Kind switch
        {
            PolicyValueKind.Choice or PolicyValueKind.ChoiceMap => row.Choices.Contains(value.Text),
            PolicyValueKind.Number or PolicyValueKind.NumberList or PolicyValueKind.StatusMap =>
                (value.Number >= row.Minimum && value.Number <= row.Maximum) || (row.ZeroMeansDefault && value.Number == 0),
            _ => true,
        };
        if (!known)
            throw Misuse($"states a value of {row.Name} that this release does not know: it was compiled by another one. Compile the policy again, or update this library");
    }

    /// <summary>Puts what was added behind a list or a map into it.</summary>
    private void Complete()
    {
        if (_items.Count > 0)
            _values[^1] = _values[^1] with { Value = PolicyValue.Of(_items.ToArray()) };
        else if (_pairs.Count > 0)
            _values[^1] = _values[^1] with { Value = PolicyValue.Of(_pairs.ToArray()) };
        _items.Clear();
        _pairs.Clear();
    }

    private InvalidOperationException Misuse(string what) => new($"Compiled policy: {Subject} {what}.");
}
