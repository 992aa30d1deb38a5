namespace SecureStreams.Policy;

/// <summary>A part of a policy to be built: its name, its place, what is stated of it in the order of the table.</summary>
internal readonly record struct StatedPart(string Name, PolicyLocation Location, PolicyAttributeValue[] Values);
