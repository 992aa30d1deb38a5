namespace SecureStreams.Interop.Probe;

/// <summary>What <c>transfer</c> is told to do.</summary>
/// <param name="Policy">The policy, whose streamtype <c>x</c> does it.</param>
/// <param name="Wire">The name of its wire.</param>
/// <param name="Up">Whether the client sends the bytes; else it receives them.</param>
/// <param name="Length">How many.</param>
/// <param name="Seed">Of which seed.</param>
/// <param name="Rate">How many a second the receiver takes; 0 for as they come.</param>
/// <param name="Count">Whether rented buffers are counted. That itself allocates, so memory is measured without.</param>
public sealed record TransferRequest(string Policy, string Wire, bool Up, long Length, int Seed, long Rate, bool Count);
