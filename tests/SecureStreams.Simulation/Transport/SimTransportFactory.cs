using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Simulation.Engine;
using SecureStreams.Transports;

namespace SecureStreams.Simulation.Transport;

/// <summary>Transports over the simulated network, dialed by the product's dialer.</summary>
internal sealed class SimTransportFactory(SimWorld world, SsPlatform platform) : ITransportFactory
{
    private readonly Dialer _dialer = new(platform);

    public StreamTransport Create(TransportSetup setup)
    {
        var attempt = world.AttemptStarted((LocalStream)setup.Sink, setup.Policy);
        return attempt.Actor.Kind.IsTransactional
            ? new SimTransaction(world, attempt, setup, _dialer)
            : new SimLasting(world, attempt, setup, _dialer);
    }

    public void RenewConnections()
    {
        // It shares none.
    }

    public ValueTask DisposeAsync()
    {
        _dialer.Dispose();
        return ValueTask.CompletedTask;
    }
}
