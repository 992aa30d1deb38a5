namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>One of the two that hold idle connections.</summary>
internal interface IIdleSide : IAsyncDisposable
{
    /// <summary>Opens so many more and has each wait for what its peer might say.</summary>
    Task OpenAsync(int count);
}
