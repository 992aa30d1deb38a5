namespace SecureStreams.Benchmarks.Crowds;

/// <summary>One of the two crowds that are compared.</summary>
internal interface ICrowdSide : IAsyncDisposable
{
    /// <summary>How it is named in the table.</summary>
    string Name { get; }

    /// <summary>What it sends and gets back.</summary>
    EchoTally Tally { get; }

    /// <summary>Connects all, one after the other.</summary>
    Task OpenAsync();

    /// <summary>Each begins to send, by a timer of its own, at its moment of the interval.</summary>
    void Begin();

    /// <summary>Each stops its timer. Some echoes are still on their way.</summary>
    void Stop();
}
