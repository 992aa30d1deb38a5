namespace SecureStreams.Integration;

/// <summary>A context that the container makes.</summary>
/// <param name="Name">The name of its options, which is its key; empty for the one that has none.</param>
internal sealed record ContextRegistration(string Name);
