using System.Collections.Concurrent;
using System.Text.Json;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.Tests.Transports.WebSocket;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>What is known of a connection goes with it: a second one that is made beside it takes nothing away, and brings its own when it takes over.</summary>
public sealed class ReplacementMetadataTests
{
    private const string Declared = """
        "metadata": [{ "from": "" }, { "who": "x-who" }], "metadata_from_connection": [{ "from": "peer_port" }], "direct_proto_str": true
        """;

    [Theory]
    [InlineData("\"protocol\": \"ws\"")]
    [InlineData("\"protocol\": \"raw\"")]
    [InlineData("\"protocol\": \"mqtt\", \"mqtt_topic\": \"t\"")]
    public async Task A_replacement_that_cannot_be_had_takes_nothing_away(string other)
    {
        using var dead = new DeadPort();
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        await using var context = Context(bench);
        var (handler, peer) = await ConnectedAsync(context, bench);
        using var first = peer;
        var stream = handler.Stream;
        var before = bench.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((before, "one", "kept"), (stream.GetMetadata("from"), stream.GetMetadata("who"), stream.GetMetadata("x-more")));

        var update = context.ApplyOverlay($$"""{ "s": [{ "x": { {{other}}, "port": {{dead.Number}} } }] }""");
        Assert.Equal(SsPolicyAction.Replace, Assert.Single(update.Effects).Action);

        // The attempt has failed when the next one is waited for.
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(7777));
        Assert.Contains("could not be had", stream.Explain().Now, StringComparison.Ordinal);
        Assert.Equal((before, "one", "kept"), (stream.GetMetadata("from"), stream.GetMetadata("who"), stream.GetMetadata("x-more")));
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, [1]);
        await handler.SeenAsync("rx from one");
        handler.AssertClean();
    }

    [Fact]
    public async Task The_values_of_a_replacement_come_when_it_takes_over()
    {
        await using var next = new WsBench();
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        await using var context = Context(bench);
        var (handler, peer) = await ConnectedAsync(context, bench);
        using var first = peer;
        context.ApplyOverlay($$"""{ "s": [{ "x": { "port": {{next.Port}} } }] }""");
        using var second = await next.PeerAsync();
        await second.AcceptAsync("X-Who: two\r\n");

        // The second can be used, and the first has a last word.
        Assert.Equal("1000 (normal closure)", await peer.ReadCloseAsync());
        Assert.Equal("one", handler.Stream.GetMetadata("who"));
        Assert.Equal("kept", handler.Stream.GetMetadata("x-more"));
        await peer.SendFrameAsync(WebSocketOpcode.Binary, true, [1]);
        await handler.SeenAsync("rx from one");
        await peer.FinishAsync();
        await second.SendFrameAsync(WebSocketOpcode.Binary, true, [2]);
        await handler.SeenAsync("rx from two");
        Assert.Equal(["Connected one", "rx from one", "Disconnected one", "Connecting", "Connected two", "rx from two"], handler.Told.Skip(2));
        Assert.Equal(next.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), handler.Stream.GetMetadata("from"));
        Assert.Null(handler.Stream.GetMetadata("x-more"));
        handler.AssertClean();
    }

    [Fact]
    public async Task How_a_replacement_came_to_be_is_reported_when_it_takes_over()
    {
        using var dead = new DeadPort();
        await using var next = new WsBench();
        await using var bench = new WsBench();
        bench.Log.Allow("Failed");
        await using var context = Context(bench, ", \"perf\": true");
        var (handler, peer) = await ConnectedAsync(context, bench);
        using var first = peer;

        // Of one that was not had the handler hears nothing.
        context.ApplyOverlay($$"""{ "s": [{ "x": { "port": {{dead.Number}} } }] }""", "move");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromMilliseconds(7777));
        context.ApplyOverlay($$"""{ "s": [{ "x": { "port": {{next.Port}} } }] }""", "move");
        using var second = await next.PeerAsync();
        await second.AcceptAsync("X-Who: two\r\n");
        await peer.ReadCloseAsync();
        Assert.Equal("report", Assert.Single(handler.Told, static one => one == "report"));
        await peer.FinishAsync();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(["Creating", "Connecting", "report", "Connected one", "Disconnected one", "Connecting", "report", "Connected two"], handler.Told);
        handler.AssertClean();
    }

    private static async Task<(Teller Handler, WsPeer Peer)> ConnectedAsync(LocalContext context, WsBench bench)
    {
        var handler = new Teller();
        context.Create("x", handler).Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync("X-Who: one\r\nX-More: kept\r\n");
        await handler.WaitForStateAsync(SsState.Connected);
        return (handler, peer);
    }

    private static LocalContext Context(WsBench bench, string more = "") => SsContext.FromJson(
        $$"""
        {
          "retry": [{ "r": { "backoff": [7777], "conceal": 65535, "jitterpc": 0 } }],
          "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{bench.Port}}, "protocol": "ws", "ws_binary": true, "retry": "r", {{Declared}}{{more}} } }]
        }
        """,
        new() { Platform = new SsPlatform { Time = bench.Clock }, LoggerFactory = bench.Log });

    /// <summary>Notes what it is told together with who the metadata say is there.</summary>
    private sealed class Teller : RecordingHandler
    {
        private readonly ConcurrentQueue<string> _told = new();

        public IReadOnlyList<string> Told => [.. _told];

        public SecureStream Stream { get; private set; } = null!;

        public Task SeenAsync(string what) => WaitForAsync(one => ((Teller)one)._told.Contains(what), what: what);

        protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
        {
            Stream = stream;
            _told.Enqueue($"{change.State} {stream.GetMetadata("who")}".TrimEnd());
            return SsResult.Continue;
        }

        protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if ((flags & SsRxFlags.PerfJson) == 0)
            {
                _told.Enqueue($"rx from {stream.GetMetadata("who")}");
                return SsResult.Continue;
            }

            Assert.Equal("127.0.0.1", JsonDocument.Parse(payload.ToArray()).RootElement.GetProperty("peer").GetString());
            _told.Enqueue("report");
            return SsResult.Continue;
        }
    }
}
