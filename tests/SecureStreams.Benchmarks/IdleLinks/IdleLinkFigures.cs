namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>What an idle connection costs: resident bytes as the system counts them, in this process and in the server, for each of many.</summary>
/// <param name="ClientBytes">Two seconds after the last has connected.</param>
/// <param name="CompactedBytes">After a compacting collection, as a process does when memory runs short.</param>
/// <param name="ManagedBytes">What of it is managed and in use.</param>
/// <param name="AllocatedBytes">What was allocated from its creation until it is idle.</param>
/// <param name="ServerBytes">The server's, at the same moment as the first.</param>
/// <param name="ConnectSeconds">How long it took to connect them all.</param>
internal sealed record IdleLinkFigures(double ClientBytes, double CompactedBytes, double ManagedBytes, double AllocatedBytes, double ServerBytes, double ConnectSeconds);
