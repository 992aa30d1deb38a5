using SecureStreams.Tests.Transports;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tests.Http.Contract;

/// <summary>The contract on requests over HTTP/1.1.</summary>
public sealed class HttpServerHttp1ContractTests : HttpServerContract
{
    private protected override string Version => "1.1";
}

/// <summary>The contract on requests over HTTP/2.</summary>
public sealed class HttpServerHttp2ContractTests : HttpServerContract
{
    private protected override string Version => "2";
}

/// <summary>The contract as a request and its answer keep it, on the side of the server: what is received is the request's body, what is sent the answer's.</summary>
public abstract class HttpServerContract : TransportContract
{
    private protected abstract string Version { get; }

    // A transaction like the client's, but the peer has asked before there is a transport.
    private protected override bool AsksFirst(StreamTransport transport) => false;

    // The end of the answer is the end of the transaction: nobody wants the rest of the request then.
    private protected override bool ReceivesAfterSending => false;

    // Silence says nothing here: a client that has asked owes nothing until it is answered. One that is slow with its body, or with taking the answer, is up to min_rx_rate and min_tx_rate.
    private protected override bool HearsPeer => false;

    private protected override async Task<IContractRig> StartRigAsync() => await HttpServerRig.StartAsync(Version);

    // The head has come before the transport is made, which is connected with it: only a client that has gone since can keep it from that.
    private protected override async Task<TransportRun> StartBrokenAsync(IContractRig rig)
    {
        await ((HttpServerRig)rig).BreakRequestAsync();
        var run = new TransportRun(rig.Policy);
        run.Start(rig.Factory);
        return run;
    }

    // Who answers before the request has come whole has done with it, so that one that wants it all answers then.
    private protected override void EndSending(TransportRun run)
    {
        base.EndSending(run);
        var (end, tell, heard) = (run.OnTransmit!, run.OnEvent, false);
        run.OnTransmit = writer => heard && end(writer);
        run.OnEvent = what =>
        {
            tell?.Invoke(what);
            if (what != "rx-eom")
                return;
            heard = true;
            run.PumpOnMailbox();
        };
    }
}
