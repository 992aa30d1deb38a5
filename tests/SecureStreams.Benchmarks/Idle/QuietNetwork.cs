using SecureStreams.Transports;

namespace SecureStreams.Benchmarks.Idle;

/// <summary>Makes <see cref="QuietTransport"/>s.</summary>
internal sealed class QuietNetwork : ITransportFactory
{
    public StreamTransport Create(TransportSetup setup) => new QuietTransport(setup);

    public void RenewConnections()
    {
        // It shares none.
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
