namespace SecureStreams.Policy;

/// <summary>Gathers the members of the document, beginning with their defaults.</summary>
internal sealed class DocumentParts
{
    public string Release { get; set; } = "";

    public string Product { get; set; } = "";

    public int SchemaVersion { get; set; } = PolicyLoader.SupportedSchemaVersion;
}
