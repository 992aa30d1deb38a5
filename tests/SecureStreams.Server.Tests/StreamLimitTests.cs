using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Telemetry;

namespace SecureStreams.Server.Tests;

/// <summary>max_streams: over all connections, whatever brings the streams.</summary>
public sealed class StreamLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("h1", "1.1")]
    [InlineData("h2", "2.0")]
    public async Task Requests_beyond_it_get_503_and_are_served_again_when_one_has_ended(string protocol, string version)
    {
        var clock = new ManualTimeProvider();
        using var meters = new MeterProbe();
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"max_streams\": 3 }}", clock, meters: meters);
        meters.Listen();
        await using var listener = bench.Listen();

        // Two connections, so that it is no limit of one of them.
        using var one = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var other = new HttpClient { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var uri = new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        var open = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 3; i++)
        {
            open.Add((i == 0 ? one : other).GetAsync(uri, Token));
            await (await bench.AcceptedAsync(i + 1)).WaitForStateAsync(SsState.ServerTxn);
        }

        foreach (var client in new[] { one, other, other })
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client.GetAsync(uri, Token)));
        Assert.Equal(3, bench.Accepted.Count);
        Assert.Equal(["ss.reason=stream_limit ss.streamtype=srv: 3"], meters.SumsOf("ss.dropped"));
        Assert.Equal(1, Lines(bench, "StreamLimitReached"));

        Answer(bench.Streams.First());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(open[0]));
        await Poll.UntilAsync(() => listener.Streams.Count == 2, () => $"{listener.Streams.Count} streams");
        open[0] = one.GetAsync(uri, Token);
        await (await bench.AcceptedAsync(4)).WaitForStateAsync(SsState.ServerTxn);
        Assert.Equal(1, Lines(bench, "StreamLimitLeft"));
        foreach (var stream in bench.Streams.Skip(1))
            Answer(stream);
        foreach (var asking in open)
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(asking));
    }

    [Fact]
    public async Task Connections_beyond_it_are_closed_and_one_that_the_application_refused_takes_no_place()
    {
        await using var bench = new ServerBench("\"srv\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", \"max_streams\": 1 }");
        var refuses = true;
        await using var listener = bench.Context.CreateListener("srv", _ => Volatile.Read(ref refuses) ? null : new EchoHandler());
        for (var i = 0; i < 5; i++)
        {
            using var refused = await ServerBench.ConnectAsync(listener);
            Assert.Equal(0, await refused.ReceiveAsync(new byte[1].AsMemory(), Token).AsTask().OrFail(static () => "It is not closed."));
        }

        Volatile.Write(ref refuses, false);
        using var first = await ServerBench.ConnectAsync(listener);
        await AssertEchoAsync(first);
        using (var beyond = await ServerBench.ConnectAsync(listener))
            Assert.Equal(0, await beyond.ReceiveAsync(new byte[1].AsMemory(), Token).AsTask().OrFail(static () => "It is not closed."));
        await AssertEchoAsync(first);
    }

    private static async Task AssertEchoAsync(Socket socket)
    {
        await socket.SendAsync(new byte[] { 1 }, Token);
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1].AsMemory(), Token).AsTask().OrFail(static () => "No echo."));
    }

    private static void Answer(SecureStream stream)
    {
        stream.ServerAck();
        stream.RequestTransmit(0);
    }

    private static async Task<HttpStatusCode> StatusAsync(Task<HttpResponseMessage> asking)
    {
        using var answer = await asking.OrFail(static () => "No answer.");
        return answer.StatusCode;
    }

    private static int Lines(ServerBench bench, string name) => bench.Log.Entries.Count(one => one.Id.Name == name);
}
