namespace SecureStreams.Tests.Transports.Raw;

/// <summary>The contract on raw TCP.</summary>
public sealed class RawTcpContractTests : RawContract
{
    private protected override string Kind => "tcp";
}

/// <summary>The contract on raw TLS.</summary>
public sealed class RawTlsContractTests : RawContract
{
    private protected override string Kind => "tls";
}

/// <summary>The contract on raw Unix sockets with abstract names.</summary>
public sealed class RawUnixContractTests : RawContract
{
    private protected override string Kind => "unix";

    // A Unix socket that is closed with nothing unread has ended, whatever its owner meant.
    private protected override bool CanBreak => false;
}

/// <summary>The contract as raw connections keep it: without messages; a peer that ends its side ends the connection.</summary>
public abstract class RawContract : TransportContract
{
    private protected abstract string Kind { get; }

    private protected override string FirstPiece => "rx";

    // Nothing is said between the dial and the payload, so the dial itself has to fail.
    private protected override Task<TransportRun> StartBrokenAsync(IContractRig rig)
    {
        var bench = (RawBench)rig;
        bench.StopListening();
        return Task.FromResult(bench.Start());
    }

    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new RawBench(Kind, "\"half_open_ms\": 0"));
}
