using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SecureStreams.Tests.Transports;

/// <summary>The contract on HTTP/1.1.</summary>
public sealed class Http1ContractTests : TransportContract
{
    private protected override async Task<IContractRig> StartRigAsync() => await HttpContractRig.StartAsync("h1", HttpProtocols.Http1);
}

/// <summary>The contract on HTTP/2, in the clear.</summary>
public sealed class Http2ContractTests : TransportContract
{
    private protected override async Task<IContractRig> StartRigAsync() => await HttpContractRig.StartAsync("h2", HttpProtocols.Http2);
}
