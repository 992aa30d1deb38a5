namespace SecureStreams.Policy;

/// <summary>A declared metadata name of a streamtype.</summary>
/// <param name="Name">The name that the application and <c>${}</c> use.</param>
/// <param name="Header">The protocol header it travels in, without the colon; null for a plain symbol.</param>
public sealed record MetadataPolicy(string Name, string? Header);
