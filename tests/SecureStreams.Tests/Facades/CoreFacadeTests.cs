using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Core;
using SecureStreams.Transports.InMemory;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>What is awaited, on the real core, one thread and virtual time.</summary>
public sealed class CoreFacadeTests
{
    private const SsRxFlags Whole = SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage;

    private readonly ManualScheduler _scheduler = new();
    private readonly List<InMemoryPeer> _peers = [];
    private readonly CoreBench _bench;

    public CoreFacadeTests()
    {
        _bench = new CoreBench(FacadeBench.Policy, scheduler: _scheduler);
        _bench.Network.OnAttempt = peer =>
        {
            _peers.Add(peer);
            peer.Accept();
        };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_reader_is_bounded_loses_nothing_and_goes_on_over_a_reconnection()
    {
        var (stream, handler) = _bench.Create("chat");
        await using var reader = stream.ReadMessagesAsync(Token);
        stream.Connect();
        _scheduler.RunUntilIdle();

        // Ten times what may be queued: the rest stays with the transport.
        var high = stream.Traits.ReceiveWatermarkHigh;
        var count = high / 1024 * 10;
        for (var i = 0; i < count; i++)
            _peers[0].Send(Numbered(i), Whole);
        _scheduler.RunUntilIdle();

        var queued = 0;
        Task<SsMessage?> next;
        while ((next = reader.ReadAsync(Token).AsTask()).IsCompleted)
            await CheckAsync(next, queued++);
        Assert.InRange(queued * 1024L, 1024, high);

        for (var i = queued; i < count; i++)
        {
            _scheduler.RunUntilIdle();
            await CheckAsync(next, i);
            next = reader.ReadAsync(Token).AsTask();
        }

        _peers[0].Send(new byte[5], SsRxFlags.StartOfMessage);
        _peers[0].Close(CoreBench.Reset);
        _scheduler.RunUntilIdle();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        _scheduler.RunUntilIdle();
        _peers[1].Send(Numbered(77), Whole);
        _scheduler.RunUntilIdle();
        using (var message = await next.OrFail(handler.Describe))
            Assert.Equal((77, 1, SsCauseCode.ConnectionReset), (message!.Payload.Span[0], message.LostBefore, message.LossCause.Code));
        handler.AssertClean();
        await EndAsync();
    }

    [Fact]
    public async Task A_message_whose_connection_breaks_midway_arrives_whole_on_the_next()
    {
        var (stream, handler) = _bench.Create("chat");
        stream.Connect();
        _scheduler.RunUntilIdle();
        _peers[0].StallWrites();
        var sent = stream.SendAsync(new byte[100_000], Token).AsTask();
        _scheduler.RunUntilIdle();
        Assert.False(sent.IsCompleted);
        _peers[0].Close(CoreBench.Reset);
        _scheduler.RunUntilIdle();
        Assert.False(sent.IsCompleted);
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        _scheduler.RunUntilIdle();
        await sent.OrFail(handler.Describe);

        var pieces = _peers[1].Sent;
        Assert.Equal(100_000, pieces.Sum(static piece => piece.Payload.Length));
        Assert.Equal((SsTxFlags.StartOfMessage, SsTxFlags.EndOfMessage), (pieces[0].TxFlags, pieces[^1].TxFlags));
        Assert.All(pieces.Skip(1).SkipLast(1), static piece => Assert.Equal(SsTxFlags.None, piece.TxFlags));
        handler.AssertClean();
        await EndAsync();
    }

    [Fact]
    public async Task A_message_that_Disconnect_takes_back_before_anything_is_told_fails_with_that_cause()
    {
        var (stream, handler) = _bench.Create("chat");
        var sent = stream.SendAsync(new byte[10], Token).AsTask();
        stream.Disconnect();
        _scheduler.RunUntilIdle();
        var error = await Assert.ThrowsAsync<SsStreamException>(() => sent.OrFail(handler.Describe));
        Assert.Equal(SsCauseCode.LocalDisconnect, error.Cause.Code);
        await EndAsync();
    }

    [Fact]
    public async Task Awaiting_after_the_callback_has_returned_works()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bench = new CoreBench(FacadeBench.Policy);
        bench.Network.OnAttempt = static peer => peer.Accept();
        var (stream, handler) = bench.Create("chat", h => h.OnStateDo(SsState.Connected, s => _ = LaterAsync(s, done)));
        stream.Connect();
        await done.Task.OrFail(handler.Describe);
        handler.AssertClean();

        static async Task LaterAsync(SecureStream stream, TaskCompletionSource done)
        {
            try
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                await stream.SendAsync(new byte[10]);
                done.SetResult();
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        }
    }

    private static byte[] Numbered(int number)
    {
        var bytes = new byte[1024];
        bytes[0] = (byte)number;
        return bytes;
    }

    private static async Task CheckAsync(Task<SsMessage?> read, int number)
    {
        using var message = await read.OrFail(() => $"Message {number} did not come.");
        Assert.Equal((byte)number, message!.Payload.Span[0]);
    }

    private async Task EndAsync()
    {
        var end = _bench.DisposeAsync().AsTask();
        _scheduler.RunUntilIdle();
        await end.OrFail(static () => "The context is not disposed.");
    }
}
