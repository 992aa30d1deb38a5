namespace SecureStreams.Benchmarks.Measuring;

/// <summary>Tells what the server costs.</summary>
internal interface IServerProbe : IDisposable
{
    /// <summary>The processor time that it has used so far.</summary>
    Task<TimeSpan> CpuAsync();
}
