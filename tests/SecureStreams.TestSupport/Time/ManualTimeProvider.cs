using SecureStreams.Testing;

namespace SecureStreams.TestSupport.Time;

/// <summary>The clock of the tests: the one that users of SecureStreams.Testing have.</summary>
/// <param name="start">Where it stands; null for the beginning of 2030.</param>
public sealed class ManualTimeProvider(DateTimeOffset? start = null) : SsVirtualTime(start);
