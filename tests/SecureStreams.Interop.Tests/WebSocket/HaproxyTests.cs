using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Through a proxy in front of the server, as in most deployments: what it passes on, and what it says itself when nobody is behind it.</summary>
public class HaproxyTests(NodeWebSocketFixture node)
{
    private const string Tls = "\"tls\": true, \"tls_trust_store\": \"test\"";

    private const string Http2 = "\"ws_http_version\": \"2\"";

    /// <summary>By HTTP/2 the proxy turns an extended CONNECT (RFC 8441) into the upgrade that the server behind it takes.</summary>
    [Theory]
    [InlineData(nameof(HaproxyServer.Http), "")]
    [InlineData(nameof(HaproxyServer.Https), Tls)]
    [InlineData(nameof(HaproxyServer.H2), $"{Tls}, {Http2}")]
    [InlineData(nameof(HaproxyServer.H2c), Http2)]
    public async Task Messages_pass_both_ways(string port, string more)
    {
        _ = node.Process;
        await using var proxy = await HaproxyServer.StartAsync(node.Port);
        var id = Guid.NewGuid().ToString("N");
        await using var streams = WebSocketStreams.Open(proxy.PortOf(port), $"/echo?id={id}", more);
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

    /// <summary>Several streams on one connection to the proxy, which has one for each to the server: each hears its own echo, and one that ends leaves the others alone.</summary>
    [Fact]
    public async Task Streams_that_share_a_connection_have_nothing_else_in_common()
    {
        const int Count = 5;
        _ = node.Process;
        await using var proxy = await HaproxyServer.StartAsync(node.Port);
        await using var streams = WebSocketStreams.Open(proxy.H2, "/echo", $"{Tls}, {Http2}");
        var handlers = Enumerable.Range(0, Count).Select(static seed => new MessageHandler([(DeterministicBytes.Make(100_000, seed), false)])).ToList();
        var opened = handlers.Select(handler => streams.Context.Create("x", handler)).ToList();
        try
        {
            opened[0].Connect();
            await handlers[0].WaitForStateAsync(SsState.Connected);
            foreach (var stream in opened[1..])
                stream.Connect();
            foreach (var handler in handlers)
                await handler.WaitForStateAsync(SsState.Connected);
            Assert.Single(opened.Select(static stream => stream.Explain().Connection!.LocalAddress).Distinct());
            for (var i = 0; i < Count; i++)
            {
                await handlers[i].WaitForAsync(static one => one.ReceivedMessages == 1);
                Assert.Equal(DeterministicBytes.Make(100_000, i), handlers[i].ReceivedWhole[0].Payload);
                opened[i].Disconnect();
                await handlers[i].WaitForStateAsync(SsState.Disconnected);
            }
        }
        finally
        {
            foreach (var stream in opened)
                await stream.DisposeAsync();
        }

        foreach (var handler in handlers)
            handler.AssertClean();
    }

    [Theory]
    [InlineData(nameof(HaproxyServer.Http), "")]
    [InlineData(nameof(HaproxyServer.H2), $"{Tls}, {Http2}")]
    public async Task Nobody_behind_it_is_told_with_its_own_status(string port, string more)
    {
        await using var proxy = await HaproxyServer.StartAsync(TestSupport.Repository.FreePort.Next());
        await using var streams = WebSocketStreams.Open(proxy.PortOf(port), "/echo", more);
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Unreachable);
        var cause = handler.CauseOf(SsState.Unreachable);
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerBusy, 503), (cause.Phase, cause.Code, cause.Status));
        handler.AssertClean();
    }
}
