using System.Collections.Concurrent;

namespace SecureStreams.Transports.LocalSink;

/// <summary>The sinks of a context, by streamtype; and the factory that tells streamtypes of sinks from those of wire protocols.</summary>
/// <param name="wire">Makes the transports of wire protocols; disposed with this.</param>
/// <param name="time">The clock.</param>
internal sealed class LocalSinks(ITransportFactory wire, TimeProvider time) : ITransportFactory
{
    private readonly ConcurrentDictionary<string, ILocalSink> _sinks = new(StringComparer.Ordinal);

    /// <summary>The transports of wire protocols.</summary>
    public ITransportFactory Wire => wire;

    /// <summary>Registers a sink; false when the streamtype has one.</summary>
    public bool TryAdd(string streamType, ILocalSink sink) => _sinks.TryAdd(streamType, sink);

    /// <summary>The sink takes no more.</summary>
    public void Remove(string streamType, ILocalSink sink) => _sinks.TryRemove(KeyValuePair.Create(streamType, sink));

    /// <summary>Offers a connection to the sink of a streamtype; false when there is none.</summary>
    public bool TryJoin(string streamType, LocalSinkLink link)
    {
        if (!_sinks.TryGetValue(streamType, out var sink))
            return false;
        sink.Offer(link);
        return true;
    }

    /// <inheritdoc/>
    public StreamTransport Create(TransportSetup setup) =>
        setup.Policy.LocalSink ? new LocalSinkSource(this, setup, new LocalSinkLink(setup.Policy, time)) : wire.Create(setup);

    /// <inheritdoc/>
    public void RenewConnections() => wire.RenewConnections();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => wire.DisposeAsync();
}
