namespace SecureStreams.Benchmarks.Workloads;

/// <summary>One of the two that are compared.</summary>
internal interface IWorkloadSide : IAsyncDisposable
{
    /// <summary>How it is named in the table.</summary>
    string Name { get; }

    /// <summary>Connects, where connections last.</summary>
    Task OpenAsync();

    /// <summary>Does so many operations and checks each; throws when one is wrong.</summary>
    Task RunAsync(int operations);
}
