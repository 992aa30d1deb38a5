using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>Puts the wait for a token before the transports of streamtypes that need one which is fetched; of others it makes the transport itself.</summary>
/// <param name="wire">Makes the transports of wire protocols; disposed with this.</param>
/// <param name="keeper">The tokens.</param>
internal sealed class TokenTransports(ITransportFactory wire, TokenKeeper keeper) : ITransportFactory
{
    /// <summary>The transports of wire protocols.</summary>
    public ITransportFactory Wire => wire;

    /// <inheritdoc/>
    public StreamTransport Create(TransportSetup setup)
    {
        if (keeper.IsFetcher(setup.Policy.Name))
            setup = setup with { HidesAnswer = true };
        return keeper.Of(setup.Policy) is { } scheme ? new TokenTransport(wire, keeper, scheme, setup) : wire.Create(setup);
    }

    /// <inheritdoc/>
    public void RenewConnections() => wire.RenewConnections();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        keeper.Dispose();
        return wire.DisposeAsync();
    }
}
