using System.Diagnostics;
using System.Text;
using SecureStreams.Server.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>
/// Clients of ws that make the most of what the protocol allows, and more: each is served, or given up by the bound that is stated for it, which the diagnostics name; others lose nothing, what is held for one
/// is bounded meanwhile, and nothing of it is left.
/// </summary>
public sealed class WsOffenderTests(ITestOutputHelper output)
{
    private const string Policy = """
        "srv": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "max_message_bytes": 200000, "tx_timeout_ms": 1500, "tx_watermark_high": 16384 },
        "all": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", "tx_timeout_ms": 1500, "tx_watermark_high": 16384 }
        """;

    // What tx_watermark_high lets wait, one more piece, and the answers to pings.
    private const int MostQueued = 16384 + 16384 + (4 * 1024) + 1024;

    [Theory]
    [InlineData("1.1", 20_000, true)]
    [InlineData("1.1", 100_000, false)]
    [InlineData("2", 20_000, true)]
    [InlineData("2", 100_000, false)]
    public Task A_message_in_crumbs_is_served(string version, int count, bool apart) => BesideAsync(version, null, async bench =>
    {
        await using var peer = await WsPeer.UpgradedAsync(bench.Listener, version);
        var message = DeterministicBytes.Make(count);
        var reading = EchoedAsync(peer, count);
        var wire = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            wire.Write(RawFrame.Make((i == 0 ? RawFrame.Binary : RawFrame.Continuation) | (i == count - 1 ? RawFrame.Fin : 0), message.AsSpan(i, 1), WsPeer.Key));

            // A frame for every byte, or the bytes of each frame apart, too, at first.
            if (!apart && wire.Length < 32 * 1024 && i < count - 1)
                continue;
            if (i < 500 && apart)
            {
                foreach (var one in wire.ToArray())
                    await peer.SendAsync([one]);
            }
            else
            {
                await peer.SendAsync(wire.ToArray());
            }

            wire.SetLength(0);
        }

        Assert.Equal(message, await reading.OrFail(static () => "The message does not come back."));
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(1000, (await peer.CloseFrameAsync()).CloseCode);
    });

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public Task A_flood_of_pings_that_takes_its_answers_is_answered(string version) => BesideAsync(version, null, async bench =>
    {
        const int pings = 200_000;
        await using var peer = await WsPeer.UpgradedAsync(bench.Listener, version);
        var reading = Task.Run(async () =>
        {
            for (var count = 1; ; count++)
            {
                var frame = (await peer.NextAsync())!;
                Assert.Equal(RawFrame.Pong, frame.Opcode);
                if (BitConverter.ToInt32(frame.Payload) == pings - 1)
                    return count;
            }
        });
        await FloodAsync(peer, bench, pings);
        var answers = await reading.OrFail(static () => "The last ping is not answered.");
        output.WriteLine($"{pings} pings had {answers} answers");
        Assert.InRange(answers, 1, pings);
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(1000, (await peer.CloseFrameAsync()).CloseCode);
    });

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public Task A_flood_of_pings_that_takes_nothing_is_given_up(string version) => BesideAsync(version, "srv.tx_timeout_ms", async bench =>
    {
        var peer = await WsPeer.UpgradedAsync(bench.Listener, version);
        await Poll.UntilAsync(() => bench.Listener.Streams.Count == 2, static () => "It is not there.");
        var flooding = FloodAsync(peer, bench, int.MaxValue);
        await Poll.UntilAsync(() => bench.Listener.Streams.Count == 1, static () => "It stays.");

        // On HTTP/2 it is one stream that is reset, and the platform's client lets who writes on it wait for ever.
        await peer.DisposeAsync();
        output.WriteLine($"{await flooding} pings were taken");
    });

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public Task A_client_that_never_reads_is_given_up(string version) => BesideAsync(version, "all.tx_timeout_ms", async bench =>
    {
        await using var all = bench.Bench.Context.CreateListener("all", static _ => new EndlessHandler());
        await using var peer = await WsPeer.UpgradedAsync(all, version);
        await Poll.UntilAsync(() => bench.Sample(all) && all.Streams.Count == 1, static () => "It is not there.");
        await Poll.UntilAsync(() => bench.Sample(all) && all.Streams.Count == 0, static () => "It stays.");

        // On HTTP/2 it is one stream that ends; the connection is the client's to use.
        if (version == "2")
            await peer.DisposeAsync();
        await Poll.UntilAsync(() => ((HttpListener)all).Connections == 0, () => $"{((HttpListener)all).Connections} connections");
    });

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public Task A_message_that_is_too_long_by_its_fragments_is_told_so(string version) => BesideAsync(version, "srv.max_message_bytes", async bench =>
    {
        await using var peer = await WsPeer.UpgradedAsync(bench.Listener, version);
        var reading = Task.Run(peer.CloseFrameAsync);
        await peer.SendAsync(RawFrame.Binary, [1]);
        for (var sent = 0; sent < 200; sent++)
            await peer.SendAsync(RawFrame.Continuation, new byte[1000]);
        Assert.Equal(1009, (await reading).CloseCode);
    });

    [Theory]
    [InlineData("1.1")]
    [InlineData("2")]
    public Task A_message_without_end_is_given_up(string version) => BesideAsync(version, "srv.max_message_bytes", async bench =>
    {
        var peer = await WsPeer.UpgradedAsync(bench.Listener, version);
        await Poll.UntilAsync(() => bench.Listener.Streams.Count == 2, static () => "It is not there.");
        var reading = DrainAsync(peer);
        await peer.SendAsync(RawFrame.Binary, [1]);
        var flooding = FloodAsync(peer, bench, int.MaxValue, static _ => RawFrame.Make(RawFrame.Continuation, new byte[10], WsPeer.Key));
        await Poll.UntilAsync(() => bench.Listener.Streams.Count == 1, static () => "It stays.");
        await peer.DisposeAsync();
        await reading;
        output.WriteLine($"{await flooding} fragments were taken");
    });

    private async Task BesideAsync(string version, string? bound, Func<Offence, Task> offendAsync)
    {
        await using var bench = new ServerBench(Policy);
        await using var listener = (HttpListener)bench.Context.CreateListener("srv", static _ => new MessageEchoHandler());
        await using var good = await WsPeer.UpgradedAsync(listener, version);
        using var stop = new CancellationTokenSource();
        var talking = WsTalk.TalkAsync(good, stop.Token);
        var offence = new Offence(bench, listener);
        var took = Stopwatch.StartNew();
        try
        {
            await offendAsync(offence);
            if (bound is not null)
            {
                await Poll.UntilAsync(() => bench.Context.Diagnostics.Recent().Any(one => one.Policy?.Attribute == bound),
                    () => string.Join("; ", bench.Context.Diagnostics.Recent().Select(static one => $"{one.Policy?.Attribute}: {one.Message}")));
            }

            await Poll.UntilAsync(() => listener.Connections == 1 && listener.Streams.Count == 1, () => $"{listener.Connections} connections, {listener.Streams.Count} streams");
            output.WriteLine($"HTTP/{version}: over after {took.Elapsed.TotalSeconds:0.0} s; {offence.MostQueued} bytes waited for it at most");
            Assert.InRange(offence.MostQueued, 0, MostQueued);
        }
        finally
        {
            await stop.CancelAsync();
            var (messages, slowest) = await talking;
            output.WriteLine($"{messages} messages of another came back, the slowest took {slowest.TotalMilliseconds:0} ms");
        }

        await good.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        Assert.Equal(1000, (await good.CloseFrameAsync()).CloseCode);
    }

    private static async Task<byte[]> EchoedAsync(WsPeer peer, int count)
    {
        await Task.Yield();
        var back = new MemoryStream();
        while (back.Length < count)
            back.Write((await peer.NextAsync())!.Payload);
        return back.ToArray();
    }

    /// <summary>Takes what comes until the end.</summary>
    private static async Task DrainAsync(WsPeer peer)
    {
        await Task.Yield();
        try
        {
            while (await peer.NextAsync() is not null)
            {
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException or ObjectDisposedException)
        {
            // Cut off.
        }
    }

    /// <returns>How many were taken before the connection ended.</returns>
    private static async Task<int> FloodAsync(WsPeer peer, Offence offence, int most, Func<int, byte[]>? next = null)
    {
        next ??= static number => RawFrame.Make(RawFrame.Fin | RawFrame.Ping, BitConverter.GetBytes(number), WsPeer.Key);
        var wire = new MemoryStream();
        var sent = 0;
        try
        {
            while (sent < most)
            {
                wire.SetLength(0);
                for (var i = 0; i < 1000 && sent < most; i++, sent++)
                    wire.Write(next(sent));
                await peer.SendAsync(wire.ToArray());
                offence.Sample(offence.Listener);
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException or ObjectDisposedException)
        {
            // It is over.
        }

        return sent;
    }

    /// <summary>What an offender has to do with, and what is seen meanwhile.</summary>
    private sealed class Offence(ServerBench bench, HttpListener listener)
    {
        public ServerBench Bench => bench;

        public HttpListener Listener => listener;

        public long MostQueued { get; private set; }

        public bool Sample(SsListener of)
        {
            foreach (var stream in of.Streams)
                MostQueued = Math.Max(MostQueued, stream.TxQueued);
            return true;
        }
    }

    /// <summary>Sends as much as is taken.</summary>
    private sealed class EndlessHandler : SecureStreamHandler
    {
        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.ServerUpgrade)
                stream.RequestTransmit();
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => SsResult.Continue;

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            tx.Buffer.Clear();
            tx.Commit(tx.Buffer.Length, SsTxFlags.WholeMessage | SsTxFlags.Binary);
            stream.RequestTransmit();
            return SsTransmitResult.Send;
        }
    }
}
