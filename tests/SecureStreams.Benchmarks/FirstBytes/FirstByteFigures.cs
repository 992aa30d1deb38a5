namespace SecureStreams.Benchmarks.FirstBytes;

/// <summary>One start of a process.</summary>
/// <param name="Milliseconds">From before its start to the first byte.</param>
/// <param name="CpuMilliseconds">Processor time it has used when it has the whole body.</param>
/// <param name="Methods">What was compiled as it ran, of its own and of the platform.</param>
internal sealed record FirstByteFigures(double Milliseconds, double CpuMilliseconds, double Methods);
