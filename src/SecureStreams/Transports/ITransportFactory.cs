namespace SecureStreams.Transports;

/// <summary>Makes transports of the protocols it knows.</summary>
internal interface ITransportFactory : IAsyncDisposable
{
    /// <summary>A transport for one attempt, not started.</summary>
    StreamTransport Create(TransportSetup setup);
}
