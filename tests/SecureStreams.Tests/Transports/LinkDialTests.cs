using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Tests.Transports.Raw;
using SecureStreams.Tests.Transports.WebSocket;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>Lasting connections take the way that the policy states, and tell it, each protocol as the other.</summary>
public sealed class LinkDialTests
{
    private const string Perf = "rx-StartOfMessage, EndOfMessage, PerfJson";

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task It_leaves_from_the_address_and_with_the_options_asked_for(string protocol)
    {
        const string More = "\"local_bind\": \"127.0.0.9\", \"attr_low_latency\": true, \"attr_priority\": 3";
        var sockets = new Sockets();
        await using var raw = protocol == "raw" ? new RawBench("tcp", More, new SsPlatform { Sockets = sockets }) : null;
        await using var ws = protocol == "ws" ? new WsBench(more: More, platform: new SsPlatform { Sockets = sockets }) : null;
        var (run, from) = raw is not null ? await RawAsync(raw) : await WsAsync(ws!);

        Assert.Equal("127.0.0.9", ((IPEndPoint)from).Address.ToString());
        var request = Assert.Single(sockets.Asked);
        Assert.Equal((0x10, 3, "127.0.0.9:0"), (request.TypeOfService, request.Priority, request.LocalEndPoint?.ToString()));
        Assert.StartsWith("127.0.0.9:", run.Transport.Connection!.LocalAddress, StringComparison.Ordinal);
        run.Post(run.Transport.AbortOnMailbox);
        await run.EndAsync();
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task An_address_that_is_not_here_is_told_with_its_attribute(string protocol)
    {
        await using var bench = new RawBench("tcp");
        var policy = HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": 9, \"protocol\": \"{protocol}\", \"local_bind\": \"192.0.2.77\"");
        var run = new TransportRun(policy);
        run.Start(bench.Factory);
        var failure = await run.EndAsync();
        Assert.Equal((SsPhase.Connect, SsCauseCode.LocalAddressUnavailable, "local_bind"), (failure!.Phase, failure.Code, failure.Attribute));
    }

    [Theory]
    [InlineData("127.0.0.1", "\"port_metadata\": \"m\", \"port\": 9", true)]
    [InlineData("127.0.0.1", "\"port_metadata\": \"other\", \"port\": 9", false)]
    [InlineData("ws://127.0.0.1:9/", "\"port_metadata\": \"m\"", true)]
    [InlineData("http://127.0.0.1/", "\"port_metadata\": \"m\", \"port\": 9", true)]
    public async Task A_WebSocket_goes_to_the_port_of_the_metadata(string endpoint, string more, bool reaches)
    {
        await using var bench = new WsBench();
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"{endpoint}\", \"protocol\": \"ws\", \"metadata\": [{{\"m\": \"\"}}, {{\"other\": \"\"}}], {more}"));
        run.With("m", $"{bench.Port}").With("other", "65536");
        run.Start(bench.Factory);
        if (reaches)
        {
            var peer = await bench.PeerAsync();
            Assert.Equal($"127.0.0.1:{bench.Port}", peer.Request.Find("host"));
            await peer.BreakAsync();
        }

        var failure = await run.EndAsync();
        Assert.Equal(reaches ? null : "port_metadata", failure!.Attribute);
    }

    [Fact]
    public async Task A_request_goes_to_the_port_of_the_metadata_once_it_is_set_whatever_the_URL_says()
    {
        await using var one = ScriptedServer.Start(Scripts.Answer("one"));
        await using var other = ScriptedServer.Start(Scripts.Answer("other"));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(
            $"\"endpoint\": \"http://127.0.0.1:{one.Port}/\", \"port\": {other.Port}, \"protocol\": \"h1\", \"http_method\": \"GET\", \"http_url\": \"/\", \"metadata\": [{{\"m\": \"\"}}], \"port_metadata\": \"m\"");
        foreach (var (port, text) in new[] { ("", "one"), ($"{other.Port}", "other"), ("", "one") })
        {
            var (run, failure) = await bench.RunAsync(policy, run => run.With("m", port));
            Assert.Null(failure);
            Assert.Equal(text, run.ReceivedText);
        }
    }

    [Fact]
    public async Task Each_connection_of_an_upgrade_is_told_once_before_connected_whatever_is_paused()
    {
        await using var bench = new WsBench(more: "\"perf\": true, \"allow_redirects\": true");
        var run = bench.Start(paused: true);
        await (await bench.PeerAsync()).SendTextAsync("HTTP/1.1 307 Over there\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n");
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await run.WaitForAsync("connected");
        await peer.BreakAsync();
        run.Pause(false);
        await run.EndAsync();
        Assert.Equal([Perf, Perf, "connected"], run.Events.Take(3));
        Assert.Equal(2, run.Events.Count(static one => one == Perf));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task Let_go_when_it_is_told_the_timings_nothing_else_is_told_but_the_end(string protocol)
    {
        await using var bench = new RawBench("tcp");
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {bench.Port}, \"protocol\": \"{protocol}\", \"perf\": true"));
        run.OnEvent = what =>
        {
            if (what == Perf)
                run.Transport.CloseOnMailbox();
        };
        run.Start(bench.Factory);
        var failure = await run.EndAsync();
        Assert.Equal([Perf, "closed"], run.Events);
        Assert.Equal(SsCauseCode.LocalDisconnect, failure!.Code);
        Assert.Equal(0, (await bench.PeerAsync()).Stream.Read(new byte[1]));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("ws")]
    public async Task A_dial_that_fails_is_told_once(string protocol)
    {
        using var dead = new DeadPort();
        await using var bench = new RawBench("tcp");
        var run = new TransportRun(HttpBench.Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {dead.Number}, \"protocol\": \"{protocol}\", \"perf\": true"));
        run.Start(bench.Factory);
        Assert.Equal(SsCauseCode.ConnectionRefused, (await run.EndAsync())!.Code);
        Assert.Equal([Perf, "closed"], run.Events);
    }

    private static async Task<(TransportRun Run, EndPoint From)> RawAsync(RawBench bench)
    {
        var (run, peer) = await bench.ConnectAsync();
        return (run, peer.Socket.RemoteEndPoint!);
    }

    private static async Task<(TransportRun Run, EndPoint From)> WsAsync(WsBench bench)
    {
        var (run, peer) = await bench.ConnectAsync();
        return (run, peer.Socket.RemoteEndPoint!);
    }

    /// <summary>Real ones, which note what they are asked for.</summary>
    private sealed class Sockets : SsSocketDialer
    {
        public ConcurrentQueue<SsConnectRequest> Asked { get; } = new();

        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request);
            return System.ConnectAsync(request, cancellationToken);
        }
    }
}
