using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Peers;

[assembly: AssemblyFixture(typeof(MosquittoFixture))]

namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>One mosquitto for all tests. A test that stops or overloads it starts its own; topics and client ids of others are told apart by <see cref="Unique"/>.</summary>
public sealed class MosquittoFixture : IAsyncLifetime
{
    private MosquittoBroker? _broker;

    /// <summary>The broker; ends the test when mosquitto is not there.</summary>
    internal MosquittoBroker Broker => _broker ?? throw Peer.Absent("mosquitto", "mosquitto");

    /// <summary>A word that nobody else uses as a topic's level or a client's id.</summary>
    internal static string Unique(string name) => $"{name}-{Guid.NewGuid():N}";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Peer.Find("mosquitto") is not null)
            _broker = await MosquittoBroker.StartAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
