namespace SecureStreams.Policy;

/// <summary>A streamtype, scheme, store ... as written: a name and the attributes that are stated, no defaults.</summary>
internal sealed class DraftEntry(PolicySection section, string name, JsonNode node, SourceText source)
{
    private readonly List<DraftValue> _values = [];
    private readonly HashSet<PolicyAttributeInfo> _wrong = [];

    public PolicySection Section { get; } = section;

    public string Name { get; } = name;

    /// <summary>Where it is defined. In <c>certs</c> also the text itself.</summary>
    public JsonNode Node { get; } = node;

    public SourceText Source { get; } = source;

    public IReadOnlyList<DraftValue> Values => _values;

    /// <summary>How messages call it.</summary>
    public string Subject => Section == PolicySection.Document ? "document" : $"{NounOf(Section)} {Wording.Quote(Name)}";

    public static string NounOf(PolicySection section) => section switch
    {
        PolicySection.Retry => "retry scheme",
        PolicySection.Certificates => "certificate",
        PolicySection.TrustStores => "trust store",
        PolicySection.Auth => "auth scheme",
        PolicySection.Metrics => "metric",
        PolicySection.StreamTypes => "streamtype",
        PolicySection.Metadata => "metadata",
        _ => "document",
    };

    /// <summary>The stated value of the attribute with this canonical name, or null.</summary>
    public DraftValue? Find(string attribute) => _values.Find(value => value.Attribute.Name == attribute);

    /// <summary>Whether the attribute is stated with a value that was refused: rules then keep quiet about it.</summary>
    public bool IsWrong(string attribute) => _wrong.Any(row => row.Name == attribute);

    public void MarkWrong(PolicyAttributeInfo attribute) => _wrong.Add(attribute);

    public bool Flag(string attribute) => Find(attribute) is { Value.Flag: true };

    public void Set(DraftValue value)
    {
        Unset(value.Attribute);
        _values.Add(value);
    }

    /// <summary>Back to the default, as <c>null</c> asks.</summary>
    public void Unset(PolicyAttributeInfo attribute)
    {
        _wrong.Remove(attribute);
        _values.RemoveAll(value => ReferenceEquals(value.Attribute, attribute));
    }

    public PolicyProvenance Provenance() => new(_values.Select(static value => KeyValuePair.Create(value.Attribute.Name, value.Location)));
}
