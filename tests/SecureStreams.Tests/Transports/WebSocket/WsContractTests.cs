namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>The contract on ws over HTTP/1.1.</summary>
public sealed class WsContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new WsBench());
}

/// <summary>The contract on wss over HTTP/1.1.</summary>
public sealed class WssContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new WsBench(tls: true));
}
