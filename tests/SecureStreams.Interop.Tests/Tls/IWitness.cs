namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A server that a client is to refuse, and that can say whether a byte of the application reached it nevertheless.</summary>
internal interface IWitness : IAsyncDisposable
{
    /// <summary>Where it listens, on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>Completed when the client has begun to speak TLS.</summary>
    Task Greeted { get; }

    /// <summary>What came as payload, by the server's own account, once the connection has ended.</summary>
    Task<string> PayloadAsync();
}
