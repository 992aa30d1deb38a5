using SecureStreams.Tests.Transports;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>The contract on accepted raw connections over TCP.</summary>
public sealed class RawServerTcpContractTests : RawServerContract
{
    private protected override string Kind => "tcp";
}

/// <summary>The contract on accepted raw connections over TLS.</summary>
public sealed class RawServerTlsContractTests : RawServerContract
{
    private protected override string Kind => "tls";
}

/// <summary>The contract on accepted raw connections over Unix sockets.</summary>
public sealed class RawServerUnixContractTests : RawServerContract
{
    private protected override string Kind => "unix";

    // A Unix socket that is closed with nothing unread has ended, whatever its owner meant.
    private protected override bool CanBreak => false;
}

/// <summary>The contract as raw connections keep it, on the side of the server.</summary>
public abstract class RawServerContract : TransportContract
{
    private protected abstract string Kind { get; }

    private protected override string FirstPiece => "rx";

    private protected override async Task<IContractRig> StartRigAsync() => await RawServerRig.StartAsync(Kind);

    // What is accepted is connected at once, unless a handshake comes first.
    private protected override Task<TransportRun> StartBrokenAsync(IContractRig rig)
    {
        ((RawServerRig)rig).IsBroken = true;
        return base.StartBrokenAsync(rig);
    }
}
