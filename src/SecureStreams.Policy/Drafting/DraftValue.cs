namespace SecureStreams.Policy;

/// <summary>One stated attribute: which, what, where. <see cref="Source"/> is the layer it comes from.</summary>
internal sealed record DraftValue(PolicyAttributeInfo Attribute, PolicyValue Value, JsonNode Node, SourceText Source)
{
    public PolicyLocation Location => Source.Locate(Node.Offset);

    public PolicyAttributeValue ToModel() => new(Attribute, Value, Location);
}
