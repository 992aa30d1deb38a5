namespace SecureStreams.Policy;

/// <summary>Reads policy documents. Does no I/O, keeps no state; safe on any thread.</summary>
public static class PolicyLoader
{
    /// <summary>The newest <c>schema-version</c> that this release reads.</summary>
    public const int SupportedSchemaVersion = 1;

    /// <summary>Reads one document and checks all of it.</summary>
    /// <param name="utf8">The text; a byte order mark is skipped. Not kept.</param>
    /// <param name="name">What diagnostics and places call the document, usually its file name.</param>
    /// <param name="options">How to judge it; null for the defaults.</param>
    /// <returns>A model, or errors; never throws for anything in the text.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public static PolicyLoadResult Load(ReadOnlyMemory<byte> utf8, string name, PolicyLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Load([new PolicyDocument(utf8, name)], options);
    }

    /// <summary>
    /// Reads a base document and overlays, and checks their sum. An overlay may add and change parts of every section, attribute by attribute; a later one counts
    /// more. In it <c>null</c> returns an attribute to its default and takes a definition away; an array replaces the one below, only metadata goes by name.
    /// </summary>
    /// <param name="layers">The base, then the overlays in their order. The texts are not kept.</param>
    /// <param name="options">How to judge them; null for the defaults.</param>
    /// <returns>A model, or errors; never throws for anything in the texts.</returns>
    /// <exception cref="ArgumentException"><paramref name="layers"/> is empty, or one of them has no name.</exception>
    public static PolicyLoadResult Load(IReadOnlyList<PolicyDocument> layers, PolicyLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
            throw new ArgumentException("A policy has at least a base document.", nameof(layers));
        foreach (var layer in layers)
        {
            if (layer.Name is null)
                throw new ArgumentException("Each document needs a name.", nameof(layers));
        }

        options ??= new PolicyLoadOptions();
        var bag = new DiagnosticBag(options.Strict);
        using var reader = new LayerReader(options, bag);
        var model = reader.Read(layers) is { } draft && !bag.HasErrors ? ModelBuilder.Build(draft) : null;
        return new PolicyLoadResult(bag.HasErrors ? null : model, bag.ToSorted());
    }
}
