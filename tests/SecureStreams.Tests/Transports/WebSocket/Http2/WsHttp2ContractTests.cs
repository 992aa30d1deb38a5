namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>The contract on ws over HTTP/2 in the clear.</summary>
public sealed class WsHttp2ContractTests : TransportContract
{
    private protected override async Task<IContractRig> StartRigAsync() => await WsHttp2Bench.StartAsync();
}

/// <summary>The contract on wss over HTTP/2.</summary>
public sealed class WssHttp2ContractTests : TransportContract
{
    private protected override async Task<IContractRig> StartRigAsync() => await WsHttp2Bench.StartAsync(tls: true);
}
