using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Server.Tests.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.Draining;

/// <summary>A drain ends as soon as its streams have ended: clients that never do their part of an end hold it up for a bound of its own, and not for the drain's.</summary>
public sealed class LazyClientTests(ITestOutputHelper output)
{
    private const int Lazy = 50;
    private const int Busy = 4;
    private const int Before = 200;

    // Longer than a test waits: whoever waits for it fails.
    private const string Bound = "\"drain_timeout_ms\": 600000";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2", false)]
    [InlineData("2", true)]
    public async Task WebSocket_clients_that_leave_their_side_open_do_not_hold_up_a_drain(string version, bool answers)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", {Bound} }}");
        await using var listener = bench.Context.CreateListener("srv", static _ => new ParticularEcho());
        var lazy = new List<WsPeer>();
        for (var i = 0; i < Lazy; i++)
            lazy.Add(await WsPeer.UpgradedAsync(listener, version));
        var echoes = 0;
        var busy = new List<Task>();
        for (var i = 0; i < Busy; i++)
        {
            var peer = await WsPeer.UpgradedAsync(listener, version);
            busy.Add(Task.Run(() => TalkAsync(peer), Token));
        }

        await Poll.UntilAsync(() => Volatile.Read(ref echoes) >= Before, () => $"{echoes} echoes");

        var took = Stopwatch.StartNew();
        var draining = listener.DrainAsync(Token).AsTask();

        // Each is told that it is over; one that answers leaves its side of the connection, or the stream of it, open.
        await Task.WhenAll(lazy.Select(async one =>
        {
            Assert.Equal(1000, (await one.CloseFrameAsync()).CloseCode);
            if (answers)
                await one.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        }));
        Assert.Equal(0, await draining.OrFail(() => $"The drain does not end: {listener.Streams.Count} streams, {((ServerListener)listener).Connections} connections."));
        output.WriteLine($"{Lazy} lazy clients over HTTP/{version} that {(answers ? "answer and stay" : "do not answer")}: the drain took {took.Elapsed.TotalSeconds:0.0} s; {echoes} echoes of {Busy} others");
        await Task.WhenAll(busy).OrFail(static () => "Clients go on.");
        foreach (var one in lazy)
            await one.DisposeAsync();

        // One that ends in order: whatever it was answered it has, and its last word is answered with the end.
        async Task TalkAsync(WsPeer peer)
        {
            await using var ending = peer;
            for (var i = 0; ; i++)
            {
                await peer.SendAsync(RawFrame.Fin | RawFrame.Text, Encoding.ASCII.GetBytes($"message {i}"));
                var frame = await peer.NextAsync();
                Assert.NotNull(frame);
                if (frame.Opcode == RawFrame.Close)
                {
                    await peer.SendAsync(RawFrame.MakeClose(frame.CloseCode, "", WsPeer.Key));
                    return;
                }

                Assert.Equal($"message {i}", Encoding.ASCII.GetString(frame.Payload));
                Interlocked.Increment(ref echoes);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Raw_clients_that_never_end_their_side_do_not_hold_up_a_drain(bool secured)
    {
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"127.0.0.1\", {(secured ? ServerBench.Tls + ", " : "")}{Bound} }}");
        await using var listener = bench.Context.CreateListener("srv", static _ => new ParticularEcho());
        var lazy = new List<Stream>();
        for (var i = 0; i < Lazy; i++)
            lazy.Add(secured ? await ServerBench.ConnectTlsAsync(listener, bench.Authority) : new NetworkStream(await ServerBench.ConnectAsync(listener), ownsSocket: true));
        await Poll.UntilAsync(() => listener.Streams.Count == Lazy, () => $"{listener.Streams.Count} streams");
        var took = Stopwatch.StartNew();
        Assert.Equal(0, await listener.DrainAsync(Token).AsTask().OrFail(() => $"The drain does not end: {listener.Streams.Count} streams."));
        output.WriteLine($"{Lazy} lazy raw clients{(secured ? " with TLS" : "")}: the drain took {took.Elapsed.TotalSeconds:0.0} s");
        foreach (var one in lazy)
            await one.DisposeAsync();
    }

    /// <summary>Sends messages back, and ends when it is told that the listener drains.</summary>
    private sealed class ParticularEcho : SecureStreamHandler
    {
        private readonly MessageEchoHandler _echo = new();

        public override SsResult OnState(SecureStream stream, in SsStateChange change) =>
            change.State == SsState.EventWaitCancelled ? SsResult.Disconnect : _echo.OnState(stream, change);

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) => _echo.OnReceive(stream, payload, flags);

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx) => _echo.OnTransmit(stream, ref tx);
    }
}
