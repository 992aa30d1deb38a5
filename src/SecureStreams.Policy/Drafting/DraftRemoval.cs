namespace SecureStreams.Policy;

/// <summary>A definition that <c>null</c> takes away.</summary>
internal sealed record DraftRemoval(PolicySection Section, string Name, JsonNode Node);
