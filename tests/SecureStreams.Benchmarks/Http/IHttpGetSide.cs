namespace SecureStreams.Benchmarks.Http;

/// <summary>One of the two that are compared.</summary>
internal interface IHttpGetSide : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Makes <paramref name="transactions"/> GETs one after the other and checks each answer; throws when one is wrong.</summary>
    Task RunAsync(int transactions);
}
