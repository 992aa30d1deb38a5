namespace SecureStreams.Transports;

/// <summary>Makes transports of the protocols it knows.</summary>
internal interface ITransportFactory : IAsyncDisposable
{
    /// <summary>A transport for one attempt, not started.</summary>
    StreamTransport Create(TransportSetup setup);

    /// <summary>This machine's network has changed: what comes next takes no connection from before. From any thread.</summary>
    /// <remarks>Who shares none has nothing to do. One that stands before another passes it on.</remarks>
    void RenewConnections();
}
