namespace SecureStreams;

/// <summary>A change of the policy, or one that was refused. Immutable.</summary>
/// <param name="Number">Counts them all.</param>
/// <param name="Name">What it was called.</param>
/// <param name="Time">When, by the context's clock.</param>
/// <param name="Refusal">Why it was refused; null for one that was applied.</param>
/// <param name="Findings">How many findings the refusal has.</param>
internal sealed record PolicyRecord(long Number, string Name, DateTimeOffset Time, string? Refusal = null, int Findings = 0);
