namespace SecureStreams.Policy;

/// <summary>One stated attribute: which, what, where.</summary>
internal readonly record struct DraftValue(PolicyAttributeInfo Attribute, PolicyValue Value, JsonNode Node)
{
    /// <summary>The layer it comes from.</summary>
    public SourceText Source => Node.Source;

    public PolicyAttributeValue ToModel() => new(Attribute, Value, Node.Location);
}
