using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>What a message costs an accepted stream over ws: nothing that has to be collected.</summary>
public sealed class WsServerCostTests(ITestOutputHelper output)
{
    private const int Rounds = 2_000;
    private const int Bytes = 64;

    [Fact]
    public async Task A_round_trip_of_a_message_allocates_nothing()
    {
#if DEBUG
        Assert.Skip("Built for debugging, an async method allocates where it does not wait.");
#endif
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\" }");
        await using var listener = bench.Context.CreateListener("srv", static _ => new SmallEcho());
        using var client = Upgraded(listener);
        Talk(client);

        // One byte a message would already be more.
        const int Allowed = Rounds - 1;
        var least = await Allocated.LeastInProcessAsync(
            () =>
            {
                Talk(client);
                return Task.CompletedTask;
            },
            Allowed);
        output.WriteLine($"{least} B in {Rounds} round trips of {Bytes} B");
        Assert.InRange(least, 0, Allowed);
        client.Send(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(4, client.Receive(new byte[16]));
    }

    /// <summary>A socket that only ever blocks: so it allocates nothing itself.</summary>
    private static Socket Upgraded(SsListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(listener.EndPoints[0]);
        socket.Send("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8);
        var head = new byte[1024];
        for (var count = 0; count < 4 || !head.AsSpan(0, count).EndsWith("\r\n\r\n"u8);)
        {
            var read = socket.Receive(head.AsSpan(count));
            Assert.NotEqual(0, read);
            count += read;
        }

        Assert.StartsWith("HTTP/1.1 101", System.Text.Encoding.ASCII.GetString(head), StringComparison.Ordinal);
        return socket;
    }

    private static void Talk(Socket client)
    {
        var frame = RawFrame.Make(RawFrame.Fin | RawFrame.Binary, new byte[Bytes], WsPeer.Key);
        var back = new byte[2 + Bytes];
        for (var round = 0; round < Rounds; round++)
        {
            client.Send(frame);
            for (var count = 0; count < back.Length;)
                count += client.Receive(back.AsSpan(count));
            if (back[0] != (RawFrame.Fin | RawFrame.Binary))
                Assert.Fail($"The first byte that came back is {back[0]:X}.");
        }
    }

    private sealed class SmallEcho : SecureStreamHandler
    {
        private readonly byte[] _message = new byte[Bytes];

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            payload.CopyTo(_message);
            stream.RequestTransmit();
            return SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            _message.CopyTo(tx.Buffer);
            tx.Commit(_message.Length, SsTxFlags.WholeMessage | SsTxFlags.Binary);
            return SsTransmitResult.Send;
        }
    }
}
