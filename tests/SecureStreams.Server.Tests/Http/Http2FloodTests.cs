using System.Diagnostics;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Clients of HTTP/2 that flood, beside one that does not: each is given up by the bound that is stated for it, which the diagnostics name, and nothing of it is left.</summary>
public sealed class Http2FloodTests(ITestOutputHelper output)
{
    private const string Policy = """
        "srv": { "server": true, "protocol": "h2", "endpoint": "127.0.0.1", "unauthenticated_timeout_ms": FIRST, "header_timeout_ms": 1000, "idle_timeout_ms": 1000,
          "min_rx_rate": 1000, "min_tx_rate": 1000, "min_rate_grace_ms": 1001, "max_header_bytes": 4096, "max_body_bytes": 100000, "max_streams": 1000, 
          "metadata": [{ "method": "" }, { "path": "" }, { "query": "" }, { "arg": "" }, { "agent": "" }, { "mime": "content-type:" }] }
        """;

    private const int Resets = 20_000;
    private const int Pairs = 2000;
    private const int EnhanceYourCalm = 11; // RFC 9113 section 7

    [Fact]
    public Task A_head_without_end_is_given_up_at_its_size() => FloodAsync("max_header_bytes", "4096 bytes", static async client =>
    {
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream, 1, Http2Client.Get));
        await client.FloodAsync(static _ => Http2Client.Frame(Http2Client.Continuation, 0, 1, Http2Client.Field(1000)));
    });

    [Fact]
    public Task A_head_of_empty_frames_is_given_up_at_its_time() => FloodAsync("header_timeout_ms", "1 s", static async client =>
    {
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream, 1, Http2Client.Get));
        await client.FloodAsync(static _ => Http2Client.Frame(Http2Client.Continuation, 0, 1, []));
    });

    [Theory]
    [InlineData(Http2Client.Ping, false)]
    [InlineData(Http2Client.Settings, false)]
    [InlineData(Http2Client.Ping, true)]
    public Task Frames_whose_answers_are_not_read_are_given_up_when_no_request_comes_or_the_last_is_long_ago(byte type, bool afterRequest) =>
        FloodAsync(afterRequest ? "idle_timeout_ms" : "unauthenticated_timeout_ms", afterRequest ? "1 s, and 5 s more where the web server cannot" : "2 s", async client =>
        {
            if (afterRequest)
            {
                await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndStream | Http2Client.EndHeaders, 1, Http2Client.Get));
                while (await client.NextAsync() is { } frame && (frame.Stream != 1 || (frame.Flags & Http2Client.EndStream) == 0))
                {
                }
            }

            var many = Enumerable.Repeat(Http2Client.Frame(type, 0, 0, type == Http2Client.Ping ? new byte[8] : []), 1000).SelectMany(static one => one).ToArray();
            await client.FloodAsync(_ => many);
        });

    [Fact]
    public Task An_upload_without_end_is_given_up_at_its_size() => FloodAsync("max_body_bytes", "100000 bytes", static async client =>
    {
        await client.SendAsync(Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, 1, Http2Client.Post));
        await client.FloodAsync(static _ => Http2Client.Frame(Http2Client.Data, 0, 1, new byte[10_000]), 12);
        while (await client.NextAsync() is { } frame && (frame.Type != Http2Client.RstStream || frame.Stream != 1))
        {
        }
    }, staysOpen: true);

    [Fact]
    public async Task Requests_that_are_reset_at_once_hold_no_more_than_what_is_stated_and_leave_nothing()
    {
        await using var bench = new ServerBench(Policy.Replace("FIRST", "30000", StringComparison.Ordinal));
        var most = 0;
        SsListener? listener = null;
        listener = bench.Context.CreateListener("srv", stream =>
        {
            most = Math.Max(most, listener!.Streams.Count);
            return new HttpEchoHandler();
        });
        await using var ending = listener;
        using var stop = new CancellationTokenSource();
        var good = Task.Run(() => AskAsync(listener, stop.Token), TestContext.Current.CancellationToken);
        var took = Stopwatch.StartNew();
        int sent;
        Task<int> reading;
        using (var client = await Http2Client.ConnectAsync(listener))
        {
            reading = client.ToEndAsync();
            sent = await client.FloodAsync(static i =>
            [
                .. Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, (2 * i) + 1, Http2Client.Post),
                .. Http2Client.Frame(Http2Client.RstStream, 0, (2 * i) + 1, [0, 0, 0, 8]),
            ], Resets);
            output.WriteLine($"{sent} requests that were reset at once, in {took.Elapsed.TotalSeconds:0.0} s; {(reading.IsCompleted ? $"the connection was given up with error {await reading}" : "the connection stands")}; {most} streams at a time at most");
        }

        await reading;
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections <= 1 && listener.Streams.Count <= 1, () => $"{((ServerListener)listener).Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        await TellAsync(good);
        Assert.DoesNotContain(bench.Log.Entries, static one => one.Id.Name == "StreamLimitReached");
    }

    [Fact]
    public async Task Requests_that_are_reset_faster_than_they_can_be_given_up_end_their_connection_with_the_reason()
    {
        await using var bench = new ServerBench(Policy.Replace("FIRST", "30000", StringComparison.Ordinal));
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        using var stop = new CancellationTokenSource();
        var good = Task.Run(() => AskAsync(listener, stop.Token), TestContext.Current.CancellationToken);
        var took = Stopwatch.StartNew();
        int code;
        using (var client = await Http2Client.ConnectAsync(listener))
        {
            var reading = client.ToEndAsync();

            // Many in one write: nothing is given up between them.
            var sent = await client.FloodAsync(static i => Burst(i), 10_000);
            code = await reading;
            output.WriteLine($"{sent} times {Pairs} requests that were reset at once, then error {code}, after {took.Elapsed.TotalSeconds:0.0} s");
        }

        await Poll.UntilAsync(
            () => bench.Context.Diagnostics.Recent().Any(static one => one.Message.Contains("opens and resets requests faster than they can be given up", StringComparison.Ordinal)),
            () => string.Join("; ", bench.Context.Diagnostics.Recent().Select(static one => one.Message).Distinct()));
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections <= 1 && listener.Streams.Count <= 1, () => $"{((ServerListener)listener).Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        await TellAsync(good);

        // Its last frame may be lost with the connection, which has more to say by then.
        Assert.Contains(code, new[] { EnhanceYourCalm, -1 });
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections == 0 && listener.Streams.Count == 0, () => $"{((ServerListener)listener).Connections} connections, {listener.Streams.Count} streams");
    }

    private static byte[] Burst(int number)
    {
        var bytes = new List<byte>(Pairs * 32);
        for (var i = number * Pairs; i < (number + 1) * Pairs; i++)
        {
            bytes.AddRange(Http2Client.Frame(Http2Client.Headers, Http2Client.EndHeaders, (2 * i) + 1, Http2Client.Post));
            bytes.AddRange(Http2Client.Frame(Http2Client.RstStream, 0, (2 * i) + 1, [0, 0, 0, 8]));
        }

        return [.. bytes];
    }

    /// <param name="attribute">The bound that ends it.</param>
    /// <param name="bound">What it says, for who reads the output.</param>
    /// <param name="floodAsync">Floods until the connection ends, or its request.</param>
    /// <param name="staysOpen">Whether it is the request alone that ends.</param>
    private async Task FloodAsync(string attribute, string bound, Func<Http2Client, Task> floodAsync, bool staysOpen = false)
    {
        await using var bench = new ServerBench(Policy.Replace("FIRST", attribute == "unauthenticated_timeout_ms" ? "2000" : "30000", StringComparison.Ordinal));
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        using var stop = new CancellationTokenSource();
        var good = Task.Run(() => AskAsync(listener, stop.Token), TestContext.Current.CancellationToken);
        var took = Stopwatch.StartNew();
        using (var client = await Http2Client.ConnectAsync(listener))
        {
            await floodAsync(client);
            output.WriteLine($"{attribute} ({bound}): given up after {took.Elapsed.TotalSeconds:0.0} s");
            if (!staysOpen)
                await client.ToEndAsync();
        }

        output.WriteLine($"it is closed after {took.Elapsed.TotalSeconds:0.0} s");
        await Poll.UntilAsync(() => bench.Context.Diagnostics.Recent().Any(one => one.Policy?.Attribute == $"srv.{attribute}"),
            () => string.Join("; ", bench.Context.Diagnostics.Recent().Select(static one => $"{one.Policy?.Attribute}: {one.Message}")));
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections <= 1 && listener.Streams.Count <= 1, () => $"{((ServerListener)listener).Connections} connections, {listener.Streams.Count} streams");
        await stop.CancelAsync();
        await TellAsync(good);
        await Poll.UntilAsync(() => ((ServerListener)listener).Connections == 0 && listener.Streams.Count == 0, () => $"{((ServerListener)listener).Connections} connections, {listener.Streams.Count} streams");
    }

    private async Task TellAsync(Task<(int Count, TimeSpan Slowest)> good)
    {
        var (count, slowest) = await good.OrFail(static () => "A client that behaves is not served.");
        Assert.True(count > 0);
        output.WriteLine($"{count} requests of a client that behaves, the slowest took {slowest.TotalMilliseconds:0} ms");
    }

    /// <summary>One that behaves: each of its requests is answered.</summary>
    private static async Task<(int Count, TimeSpan Slowest)> AskAsync(SsListener listener, CancellationToken stop)
    {
        using var client = new HttpClient { DefaultRequestVersion = System.Net.HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var uri = new Uri($"http://127.0.0.1:{ServerBench.PortOf(listener)}/x");
        var (count, slowest) = (0, TimeSpan.Zero);
        for (; !stop.IsCancellationRequested || count == 0; count++)
        {
            var since = Stopwatch.GetTimestamp();
            Assert.StartsWith("GET /x", await client.GetStringAsync(uri, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            slowest = Stopwatch.GetElapsedTime(since) is var one && one > slowest ? one : slowest;
            await Task.Yield();
        }

        return (count, slowest);
    }
}
