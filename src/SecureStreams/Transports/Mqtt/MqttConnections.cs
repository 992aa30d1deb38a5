using System.Runtime.CompilerServices;

namespace SecureStreams.Transports.Mqtt;

/// <summary>The connections of a context, one for each identity at a broker. Safe from any thread.</summary>
internal sealed class MqttConnections(MqttTransportFactory factory) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, MqttConnection> _connections = [];
    private readonly ConditionalWeakTable<ITransportSink, MqttOwners> _owners = [];

    /// <summary>The connection that an attempt attaches to, made at its first use.</summary>
    public MqttConnection Get(MqttConnectionKey key)
    {
        // Without a client id of their own, connections that differ in anything are different clients.
        object identity = key.Identity.ClientId is null ? key : key.Identity;
        lock (_lock)
        {
            if (!_connections.TryGetValue(identity, out var connection))
                _connections.Add(identity, connection = new MqttConnection(factory, identity));
            return connection;
        }
    }

    /// <summary>
    /// What a stream is to brokers over all its attempts. Not a connection's, which is forgotten when its session holds nothing: a stream that is away then may still have to be told what became of
    /// its messages.
    /// </summary>
    public MqttOwners OwnersOf(ITransportSink stream)
    {
        lock (_lock)
            return _owners.GetValue(stream, static _ => new MqttOwners());
    }

    /// <summary>A connection that nobody uses and that holds nothing is not found any more.</summary>
    public void Forget(MqttConnection connection)
    {
        lock (_lock)
            _connections.Remove(connection.Identity);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<MqttConnection> connections;
        lock (_lock)
            connections = [.. _connections.Values];
        foreach (var connection in connections)
            await connection.DisposeAsync().ConfigureAwait(false);
    }
}
