namespace SecureStreams.Benchmarks.Idle;

/// <summary>What one idle stream costs.</summary>
/// <param name="Bytes">Managed bytes it holds, its place in the context included.</param>
/// <param name="Timers">Timers that are alive for it.</param>
internal sealed record IdleFigures(double Bytes, double Timers);
