namespace SecureStreams.Benchmarks.Measuring;

/// <summary>From sending a message to its echo.</summary>
/// <param name="MedianMicroseconds">Half of them took no longer.</param>
/// <param name="P99Microseconds">Of a hundred, one took longer.</param>
internal sealed record RoundTrips(double MedianMicroseconds, double P99Microseconds);
