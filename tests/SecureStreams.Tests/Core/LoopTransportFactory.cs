using SecureStreams.Transports;

namespace SecureStreams.Tests.Core;

/// <summary>Makes <see cref="LoopTransport"/>s.</summary>
internal sealed class LoopTransportFactory(string defect = "", Task? mayEnd = null) : ITransportFactory
{
    public List<LoopTransport> Made { get; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>A context that lives on it.</summary>
    public LocalContext NewContext(TestSupport.Checks.TestLog log) =>
        SsContext.FromJson(CoreBench.Policy, new SsContextOptions { LoggerFactory = log, Transports = _ => this });

    public StreamTransport Create(TransportSetup setup)
    {
        if (defect == "Create")
            throw new InvalidOperationException("defect in Create");
        var transport = new LoopTransport(setup, defect, mayEnd ?? Task.CompletedTask);
        Made.Add(transport);
        return transport;
    }

    public void RenewConnections()
    {
        // It shares none.
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
