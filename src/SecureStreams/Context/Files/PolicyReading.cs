using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What the layers of a policy said at one time.</summary>
/// <param name="Key">Equal for equal contents, and for an equal problem.</param>
/// <param name="Documents">The documents; null when one could not be read, and for a reading of keys alone.</param>
/// <param name="Problem">Why one could not be read; null when all could be.</param>
internal sealed record PolicyReading(string Key, IReadOnlyList<PolicyDocument>? Documents, string? Problem);
