using System.Net.WebSockets;
using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>Clients of others: the platform's, Node's <c>ws</c>, python3-websockets.</summary>
public class ForeignClientTests
{
    private static readonly int[] Lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];

    [Fact]
    public async Task The_platforms_client_gets_its_messages_back()
    {
        await using var rig = new ServerRig();
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("one");
        using var bound = new CancellationTokenSource(TestTimeouts.Unexpected, TimeProvider.System);
        await client.ConnectAsync(new Uri(rig.Url), bound.Token);
        Assert.Equal("one", client.SubProtocol);
        var buffer = new byte[1 << 20];
        foreach (var length in Lengths)
        {
            foreach (var kind in new[] { WebSocketMessageType.Text, WebSocketMessageType.Binary })
            {
                var payload = kind == WebSocketMessageType.Text ? Encoding.ASCII.GetBytes(new string('x', length)) : DeterministicBytes.Make(length, length);

                // In two fragments.
                await client.SendAsync(payload.AsMemory(0, length / 3), kind, endOfMessage: false, bound.Token);
                await client.SendAsync(payload.AsMemory(length / 3), kind, endOfMessage: true, bound.Token);
                var count = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    result = await client.ReceiveAsync(buffer.AsMemory(count), bound.Token);
                    Assert.Equal(kind, result.MessageType);
                    count += result.Count;
                }
                while (!result.EndOfMessage);
                Assert.True(payload.AsSpan().SequenceEqual(buffer.AsSpan(0, count)), $"{length}");
            }
        }

        var sink = await rig.SinkAsync();
        await client.CloseAsync((WebSocketCloseStatus)4001, "done", bound.Token);
        Assert.Equal((WebSocketCloseStatus)4001, client.CloseStatus);
        var failure = (await sink.EndAsync())!;
        Assert.Equal((SsCauseCode.PeerClosed, 4001), (failure.Code, failure.Status));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    public async Task A_client_of_another_gets_its_messages_back_and_closes_in_order(string kind)
    {
        await using var rig = new ServerRig();
        await using var client = Start(kind, rig.Url);
        var done = await client.WaitForAsync("done");
        Assert.Equal(4002, done.GetProperty("code").GetInt32());
        Assert.Equal("one", done.GetProperty("protocol").GetString());
        var sink = await rig.SinkAsync();
        var failure = (await sink.EndAsync())!;
        Assert.Equal((SsCauseCode.PeerClosed, 4002), (failure.Code, failure.Status));
        Assert.Equal(Lengths.SelectMany(static length => new[] { $"T{length}", $"B{length}" }), sink.Received);
    }

    private static PeerProcess Start(string kind, string url)
    {
        var folder = RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "WebSocket");
        if (kind == "node")
        {
            if (!File.Exists(Path.Combine(folder, "node", "node_modules", "ws", "package.json")))
                throw Peer.Absent("the npm package ws", "npm");
            return PeerProcess.Start(Peer.Find("node") ?? throw Peer.Absent("node", "nodejs"), Path.Combine(folder, "node", "client.mjs"), url);
        }

        if (!Directory.Exists("/usr/lib/python3/dist-packages/websockets"))
            throw Peer.Absent("the Python package websockets", "python3-websockets");
        return PeerProcess.Start("/usr/bin/python3", Path.Combine(folder, "python", "client.py"), url);
    }
}
