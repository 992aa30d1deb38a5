using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Through a proxy in front of the server, as in most deployments: what it passes on, and what it says itself when nobody is behind it.</summary>
public class HaproxyTests(NodeWebSocketFixture node)
{
    private const string Tls = "\"tls\": true, \"tls_trust_store\": \"test\"";

    [Theory]
    [InlineData("http", "")]
    [InlineData("https", Tls)]
    public async Task Messages_pass_both_ways(string kind, string more)
    {
        _ = node.Process;
        await using var proxy = await HaproxyServer.StartAsync(node.Port);
        var id = Guid.NewGuid().ToString("N");
        await using var streams = WebSocketStreams.Open(kind == "http" ? proxy.Http : proxy.Https, $"/echo?id={id}", more);
        var messages = new (byte[], bool)[] { (Encoding.UTF8.GetBytes("hello"), true), (DeterministicBytes.Make(300_000, 1), false), ([], true) };
        var handler = new MessageHandler(messages);
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(static one => one.ReceivedMessages == 3);
        Assert.Equal(messages.Select(static one => one.Item1), handler.ReceivedWhole.Select(static one => one.Payload));
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        var closed = await node.Process.WaitForAsync("close", one => one.GetProperty("id").GetString() == id);
        Assert.Equal(1000, closed.GetProperty("code").GetInt32());
        handler.AssertClean();
    }

    [Fact]
    public async Task Nobody_behind_it_is_told_with_its_own_status()
    {
        await using var proxy = await HaproxyServer.StartAsync(TestSupport.Repository.FreePort.Next());
        await using var streams = WebSocketStreams.Open(proxy.Http, "/echo");
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Unreachable);
        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerBusy, 503), (cause.Phase, cause.Code, cause.Status));
        handler.AssertClean();
    }
}
