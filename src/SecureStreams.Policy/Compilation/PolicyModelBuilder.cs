using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>
/// Builds a <see cref="PolicyModel"/> from what a compiled policy states: what the sources that <see cref="PolicyCompiler"/> writes call. Reads no text and needs no
/// JSON reader. Not safe for several threads at once; the model it gives is.
/// </summary>
/// <remarks>
/// A part of the policy is opened by its method (<see cref="StreamType"/> and the like); what is stated behind it belongs to it. Every place is the index of a layer,
/// a line and a column. What does not fit throws <see cref="InvalidOperationException"/> with the name of the part and the attribute: such a source was written by
/// another release, or changed by hand.
/// </remarks>
public sealed class PolicyModelBuilder
{
    private readonly string[] _layers;
    private readonly CompiledPart _document = new(PolicySection.Document, "", default);
    private readonly List<CompiledPart>[] _parts = new List<CompiledPart>[(int)PolicySection.Metadata + 1];
    private readonly List<CertificatePolicy> _certificates = [];
    private CompiledPart? _current;
    private bool _built;

    /// <summary>Begins with nothing stated.</summary>
    /// <param name="layers">The names of the documents that the policy was made of: the base, then the overlays in their order.</param>
    /// <exception cref="ArgumentException">There is none, or one has no name.</exception>
    public PolicyModelBuilder(params string[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Length == 0 || Array.Exists(layers, static layer => layer is null))
            throw new ArgumentException("A policy has at least a base document, and each document a name.", nameof(layers));

        // An array, although it is copied: sources for C# 12 know no other list of arguments.
        _layers = [.. layers];
        for (var i = 0; i < _parts.Length; i++)
            _parts[i] = [];
    }

    /// <summary>What follows belongs to the document itself.</summary>
    public PolicyModelBuilder Document() => Open(_document);

    /// <summary>Opens an entry of <c>retry</c>, defined at this place.</summary>
    public PolicyModelBuilder Retry(string name, int layer, int line, int column) => Open(PolicySection.Retry, name, layer, line, column);

    /// <summary>Opens an entry of <c>trust_stores</c>, defined at this place.</summary>
    public PolicyModelBuilder TrustStore(string name, int layer, int line, int column) => Open(PolicySection.TrustStores, name, layer, line, column);

    /// <summary>Opens an entry of <c>auth</c>, defined at this place.</summary>
    public PolicyModelBuilder Auth(string name, int layer, int line, int column) => Open(PolicySection.Auth, name, layer, line, column);

    /// <summary>Opens an entry of <c>metrics</c>, defined at this place; its name may be empty, and need not be its own.</summary>
    public PolicyModelBuilder Metric(string name, int layer, int line, int column) => Open(PolicySection.Metrics, name, layer, line, column);

    /// <summary>Opens a streamtype, defined at this place.</summary>
    public PolicyModelBuilder StreamType(string name, int layer, int line, int column) => Open(PolicySection.StreamTypes, name, layer, line, column);

    /// <summary>Adds an entry of <c>certs</c>, whose text stands at this place.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="der">Its bytes, which are copied; empty where <paramref name="problem"/> says why.</param>
    /// <param name="problem">Why it cannot be used; null when it can.</param>
    /// <param name="layer">The index of the layer.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    public PolicyModelBuilder Certificate(string name, ReadOnlySpan<byte> der, string? problem, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfBuilt();
        _current = null;
        _certificates.Add(new CertificatePolicy { Name = name, Der = [.. der], Problem = problem, Location = Place(layer, line, column) });
        return this;
    }

    /// <summary>States a flag.</summary>
    public PolicyModelBuilder Set(string attribute, bool value, int layer, int line, int column) =>
        Set(attribute, PolicyValue.Of(value), CompiledShape.Flag, layer, line, column);

    /// <summary>States a number.</summary>
    public PolicyModelBuilder Set(string attribute, long value, int layer, int line, int column) =>
        Set(attribute, PolicyValue.Of(value), CompiledShape.Number, layer, line, column);

    /// <summary>States a text, template, choice, token, name or header name.</summary>
    public PolicyModelBuilder Set(string attribute, string value, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Set(attribute, PolicyValue.Of(value), CompiledShape.Text, layer, line, column);
    }

    /// <summary>States a list of numbers.</summary>
    public PolicyModelBuilder SetNumbers(string attribute, ReadOnlySpan<long> values, int layer, int line, int column)
    {
        var items = new PolicyValue[values.Length];
        for (var i = 0; i < items.Length; i++)
            items[i] = PolicyValue.Of(values[i]);
        return Set(attribute, PolicyValue.Of(items), CompiledShape.Numbers, layer, line, column);
    }

    /// <summary>States a list of texts or names, which follow with <see cref="Add(string)"/>.</summary>
    public PolicyModelBuilder SetTexts(string attribute, int layer, int line, int column) =>
        Set(attribute, PolicyValue.Of(Array.Empty<PolicyValue>()), CompiledShape.Texts, layer, line, column);

    /// <summary>States a map, whose entries follow with <see cref="Add(string, string, int, int, int)"/> or <see cref="Add(string, long, int, int, int)"/>.</summary>
    public PolicyModelBuilder SetMap(string attribute, int layer, int line, int column) =>
        Set(attribute, PolicyValue.Of(Array.Empty<PolicyPair>()), CompiledShape.Map, layer, line, column);

    /// <summary>Adds an item to the list stated last.</summary>
    public PolicyModelBuilder Add(string item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Current.Add(PolicyValue.Of(item));
        return this;
    }

    /// <summary>Adds an entry to the map of texts stated last.</summary>
    public PolicyModelBuilder Add(string key, string value, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Current.Add(new PolicyPair(key, PolicyValue.Of(value), Place(layer, line, column)), CompiledShape.Text);
        return this;
    }

    /// <summary>Adds an entry to the map of numbers stated last.</summary>
    public PolicyModelBuilder Add(string key, long value, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(key);
        Current.Add(new PolicyPair(key, PolicyValue.Of(value), Place(layer, line, column)), CompiledShape.Number);
        return this;
    }

    /// <summary>The model of all that was stated: the same as that of a load. May be called once.</summary>
    public PolicyModel Build()
    {
        ThrowIfBuilt();
        _built = true;
        _current = null;
        var stated = new StatedPolicy
        {
            Layers = _layers,
            Document = _document.ToValues(),
            Certificates = _certificates,
            Retries = Parts(PolicySection.Retry),
            TrustStores = Parts(PolicySection.TrustStores),
            Auths = Parts(PolicySection.Auth),
            Metrics = Parts(PolicySection.Metrics),
            StreamTypes = Parts(PolicySection.StreamTypes),
        };
        CompiledReferences.Check(stated);
        return ModelBuilder.Build(stated);
    }

    private CompiledPart Current =>
        !_built && _current is { } current ? current : throw new InvalidOperationException("A compiled policy states something that belongs to no part: open one first, as with StreamType.");

    private PolicyModelBuilder Open(PolicySection section, string name, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(name);
        var part = new CompiledPart(section, name, Place(layer, line, column));
        Open(part);
        _parts[(int)section].Add(part);
        return this;
    }

    private PolicyModelBuilder Open(CompiledPart part)
    {
        ThrowIfBuilt();
        _current = part;
        return this;
    }

    private PolicyModelBuilder Set(string attribute, PolicyValue value, CompiledShape shape, int layer, int line, int column)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        Current.Set(attribute, value, shape, Place(layer, line, column));
        return this;
    }

    private PolicyLocation Place(int layer, int line, int column)
    {
        if ((uint)layer < (uint)_layers.Length && line > 0 && column > 0)
            return new PolicyLocation(_layers[layer], line, column);
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"A compiled policy of {_layers.Length} layers has no place ({layer}, {line}, {column}): the layer counts from 0, line and column from 1."));
    }

    private StatedPart[] Parts(PolicySection section)
    {
        var entries = _parts[(int)section];
        var parts = new StatedPart[entries.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = new StatedPart(entries[i].Name, entries[i].Location, entries[i].ToValues());
        return parts;
    }

    private void ThrowIfBuilt()
    {
        if (_built)
            throw new InvalidOperationException("The model of this compiled policy has been built already: a builder gives one model.");
    }
}
