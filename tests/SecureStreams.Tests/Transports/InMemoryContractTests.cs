using SecureStreams.Policy;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Transports;

/// <summary>The contract on the in-memory transport, as a transaction.</summary>
public sealed class InMemoryTransactionContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new InMemoryRig("h1"));
}

/// <summary>The contract on the in-memory transport, as a lasting connection.</summary>
public sealed class InMemoryLinkContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new InMemoryRig("raw"));
}

/// <summary>The contract on the in-memory transport, as a lasting connection that can be asked for a sign of life.</summary>
public sealed class InMemoryMessagesContractTests : TransportContract
{
    private protected override Task<IContractRig> StartRigAsync() => Task.FromResult<IContractRig>(new InMemoryRig("ws"));
}

internal sealed class InMemoryRig(string protocol) : IContractRig
{
    private readonly InMemoryNetwork _network = new(TimeProvider.System);

    public ITransportFactory Factory => _network;

    public StreamTypePolicy Policy { get; } = HttpBench.Policy($"\"endpoint\": \"peer.test\", \"port\": 1, \"protocol\": \"{protocol}\"");

    public async Task<IContractPeer> NextPeerAsync()
    {
        var peer = await _network.NextAttemptAsync(CancellationToken.None);
        if (protocol == "h1")
            peer.AllowTransmit(due: true);
        return new Peer(peer);
    }

    public Task PlayDueAsync() => NextPeerAsync();

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    private sealed class Peer(InMemoryPeer peer) : IContractPeer
    {
        private bool _any;

        public Task Gone => peer.Ended;

        public Task AcceptAsync()
        {
            peer.Accept();
            return Task.CompletedTask;
        }

        public Task SendAsync(byte[] payload)
        {
            foreach (var piece in payload.Chunk(InMemoryTransport.LargestPiece))
            {
                peer.Send(piece, _any ? SsRxFlags.None : SsRxFlags.StartOfMessage);
                _any = true;
            }

            return Task.CompletedTask;
        }

        public Task FinishAsync()
        {
            peer.Close(null);
            return Task.CompletedTask;
        }

        public Task BreakAsync()
        {
            peer.Close(new TransportFailure(SsPhase.Peer, SsCauseCode.ConnectionReset, "Broken by the test."));
            return Task.CompletedTask;
        }

        public async Task<byte[]> ReceivedAsync(int count)
        {
            while (true)
            {
                byte[] all = [.. peer.Sent.SelectMany(static piece => piece.Payload)];
                if (all.Length >= count)
                    return all[..count];
                await Task.Yield();
            }
        }
    }
}
