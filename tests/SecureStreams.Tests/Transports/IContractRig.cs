using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports;

/// <summary>A transport's factory with peers that the contract suite plays.</summary>
internal interface IContractRig : IAsyncDisposable
{
    ITransportFactory Factory { get; }

    /// <summary>A streamtype that may send.</summary>
    StreamTypePolicy Policy { get; }

    /// <summary>The peer of the next attempt.</summary>
    Task<IContractPeer> NextPeerAsync();

    /// <summary>Makes a request body due where the protocol does not do so by itself.</summary>
    Task PlayDueAsync();
}
