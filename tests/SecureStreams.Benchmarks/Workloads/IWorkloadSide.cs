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

    /// <summary>The processor time used so far by whoever does them: this process, unless it has another do it.</summary>
    TimeSpan Cpu => Environment.CpuUsage.TotalTime;

    /// <summary>How long the last run took, where that is not from the call to its end; else null.</summary>
    TimeSpan? LastRun => null;
}
