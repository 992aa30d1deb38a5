namespace SecureStreams;

/// <summary>One address that an attempt tried.</summary>
/// <param name="Address">The address and port as text.</param>
/// <param name="Outcome">How it ended: <c>connected</c>, or the error.</param>
/// <param name="Elapsed">How long it took from its own start.</param>
public sealed record SsCandidate(string Address, string Outcome, TimeSpan Elapsed);
