using System.Runtime.CompilerServices;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>Many streams at once against one real server: nothing overlaps, nothing is lost, nothing stays.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class ThousandStreamsTests
{
    private const int Streams = 1000;

    [Fact]
    public async Task A_thousand_streams_live_and_go_at_once_without_overlap_or_leak()
    {
        var leaks = new LeakCheck();
        await using (var host = await KestrelTestHost.StartAsync())
        {
            using var log = new TestLog();
            var handlers = await LiveAsync(host, log);
            log.AssertClean();
            foreach (var handler in handlers)
            {
                handler.AssertCleanAndDestroyed();
                Assert.Equal(2, handler.States.Count(static state => state == SsState.QosAckRemote));
                Assert.Equal(2 * 300, handler.ReceivedLength);
            }
        }

        await leaks.AssertNoNewSocketsAsync();
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("raws")]
    public async Task A_thousand_lasting_connections_echo_and_go_without_overlap_or_leak(string kind)
    {
        var leaks = new LeakCheck();
        await using (var host = await KestrelTestHost.StartAsync())
        {
            using var log = new TestLog();
            RecordingHandler[] handlers;
            await using (var context = SsContext.FromJson(LoopbackPolicy.Around(LoopbackPolicy.StreamType("x", host, kind, "")), new() { LoggerFactory = log }))
                handlers = await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => Task.Run(() => EchoAsync(context, i))));
            log.AssertClean();
            foreach (var handler in handlers)
                handler.AssertCleanAndDestroyed();
        }

        await leaks.AssertNoNewSocketsAsync();
    }

    [Fact]
    public async Task A_destroyed_stream_is_not_kept_alive_by_its_context()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(LoopbackPolicy.Around(LoopbackPolicy.StreamType("h1", host, "h1", "bytes/300")));
        var stream = await UseOneAsync(context);
        for (var i = 0; i < 10 && stream.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.False(stream.IsAlive, "The stream is still reachable after it was destroyed.");
    }

    private static async Task<RecordingHandler[]> LiveAsync(KestrelTestHost host, TestLog log)
    {
        var policy = LoopbackPolicy.Around(string.Join(',',
            LoopbackPolicy.StreamType("h1", host, "h1", "bytes/300"),
            LoopbackPolicy.StreamType("h2c", host, "h2c", "bytes/300"),
            LoopbackPolicy.StreamType("h2", host, "h2", "bytes/300")));
        await using var context = SsContext.FromJson(policy, new() { LoggerFactory = log });
        return await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => Task.Run(() => UseAsync(context, (i % 4) switch { 0 => "h2", 1 => "h2c", _ => "h1" }))));
    }

    /// <summary>Sends bytes that are this stream's alone, ends its side, and takes them back until the peer has ended too.</summary>
    private static async Task<RecordingHandler> EchoAsync(LocalContext context, int seed)
    {
        var body = DeterministicBytes.Make(5_000 + (seed % 3000), seed);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var back = new List<byte>(body.Length);
        var sent = 0;
        var handler = new RecordingHandler()
            .OnReceiveDo((_, payload, flags) =>
            {
                back.AddRange(payload);
                if (flags.HasFlag(SsRxFlags.PeerEndOfStream))
                    ended.TrySetResult();
                return SsResult.Continue;
            })
            .OnTransmitDo((SecureStream s, scoped ref SsTransmit tx) =>
            {
                var count = Math.Min(tx.Buffer.Length, body.Length - sent);
                body.AsSpan(sent, count).CopyTo(tx.Buffer);
                sent += count;
                tx.Commit(count, sent == body.Length ? SsTxFlags.EndOfStream : SsTxFlags.None);
                if (sent < body.Length)
                    s.RequestTransmit();
                return SsTransmitResult.Send;
            })
            .OnStateDo(SsState.Disconnected, (SecureStream _, in SsStateChange change) =>
            {
                // Kestrel ends a TLS connection without ending the session (no close_notify): a close, not an end of stream.
                if (change.Cause.Code == SsCauseCode.PeerClosed)
                    ended.TrySetResult();
                return SsResult.Destroy;
            });
        var stream = context.Create("x", handler);
        stream.RequestTransmit();
        await ended.Task.OrFail(handler.Describe);
        await stream.DisposeAsync();
        if (!back.SequenceEqual(body))
            throw new CheckFailedException($"Stream {seed}: what came back is not what was sent. {handler.Describe()}");
        return handler;
    }

    /// <summary>Creates, connects, uses twice, destroys: two of three by a call, the rest by a result.</summary>
    private static async Task<RecordingHandler> UseAsync(LocalContext context, string streamType)
    {
        var handler = new RecordingHandler();
        var stream = context.Create(streamType, handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected, times: 2);
        if (stream.Id % 3 == 0)
        {
            handler.OnStateDo(SsState.Timeout, static (SecureStream _, in SsStateChange _) => SsResult.Destroy);
            stream.StartTimeout(TimeSpan.FromMilliseconds(1));
            await handler.WaitForStateAsync(SsState.Destroying);
        }

        await stream.DisposeAsync();
        return handler;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseOneAsync(LocalContext context)
    {
        var done = new DoneHandler();
        var stream = context.Create("h1", done);
        stream.Connect();
        await done.Disconnected.OrFail(static () => "The transaction did not end.");
        await stream.DisposeAsync();
        return new WeakReference(stream);
    }

    private sealed class DoneHandler : SecureStreamHandler
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Disconnected => _done.Task;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Disconnected)
                _done.TrySetResult();
            return SsResult.Continue;
        }
    }
}
