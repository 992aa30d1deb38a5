using SecureStreams.Tests.Transports;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>The contract on accepted ws connections over HTTP/1.1.</summary>
public sealed class WsServerHttp1ContractTests : WsServerContract
{
    private protected override string Version => "1.1";
}

/// <summary>The contract on accepted ws connections over HTTP/2.</summary>
public sealed class WsServerHttp2ContractTests : WsServerContract
{
    private protected override string Version => "2";
}

/// <summary>The contract as ws connections keep it, on the side of the server.</summary>
public abstract class WsServerContract : TransportContract
{
    private protected abstract string Version { get; }

    private protected override async Task<IContractRig> StartRigAsync() => await WsServerRig.StartAsync(Version);

    // The answer is on its way before the client can break anything, so it is one that the web server does not let go out.
    private protected override async Task<TransportRun> StartBrokenAsync(IContractRig rig)
    {
        await ((WsServerRig)rig).BreakUpgradeAsync();
        var run = new TransportRun(rig.Policy) { OnTransmit = null };
        run.Start(rig.Factory);
        return run;
    }
}
