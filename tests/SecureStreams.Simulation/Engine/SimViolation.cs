namespace SecureStreams.Simulation.Engine;

/// <summary>An invariant that did not hold.</summary>
internal sealed record SimViolation(int Seed, long Step, long Time, string Invariant, string Message, IReadOnlyList<TraceLine> Trace);
