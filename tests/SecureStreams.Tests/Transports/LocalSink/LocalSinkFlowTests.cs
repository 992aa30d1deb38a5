using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>How much waits between two ends, and what it costs. On one thread, so that every number is exact.</summary>
[Collection(AloneCollection.Name)]
public sealed class LocalSinkFlowTests
{
    private const int PieceBytes = 1_000;

    [Fact]
    public async Task A_paused_receiver_stops_the_senders_callbacks_at_the_watermark_and_gets_all_that_was_sent()
    {
        var scheduler = new ManualScheduler();
        var bench = new SinkBench(scheduler);
        SecureStream sink = null!;
        bench.Listen("tight", accepted => accepted.OnStateDo(SsState.Connected, stream =>
        {
            sink = stream;
            stream.PauseReceive();
        }));
        var sent = 0;
        var (source, handler) = bench.Create("tight", h => h.OnStateDo(SsState.Connected, static stream => stream.RequestTransmit()).OnTransmitDo(SendPiece));
        source.Connect();
        scheduler.RunUntilIdle();

        // 20,000 is the bound of the policy; a piece counts 64 more than its bytes, and the one that reaches the bound is the last.
        const int Waiting = 19;
        Assert.Equal(Waiting, sent);
        var accepted = bench.Accepted.Single();
        Assert.Equal(0, accepted.ReceivedLength);
        Assert.Equal(Waiting * PieceBytes, source.TxQueued);

        // It goes on by itself, and waits again at the bound.
        sink.ResumeReceive();
        accepted.OnReceiveDo((stream, _, _) =>
        {
            if (accepted.ReceivedLength == 10 * PieceBytes)
                stream.PauseReceive();
            return SsResult.Continue;
        });
        scheduler.RunUntilIdle();
        Assert.Equal((10 * PieceBytes, Waiting), ((int)accepted.ReceivedLength, sent)); // More than 5,000 still wait.

        accepted.OnReceiveDo(null);
        sink.ResumeReceive();
        while (accepted.ReceivedLength < 100 * PieceBytes)
            scheduler.RunUntilIdle();
        Assert.Equal(sent * PieceBytes, (int)accepted.ReceivedLength);
        Assert.Equal(0, source.TxQueued);
        await EndAsync(bench, scheduler);
        handler.AssertCleanAndDestroyed();

        SsTransmitResult SendPiece(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (sent == 100)
                return SsTransmitResult.Nothing;
            tx.Buffer[..PieceBytes].Fill((byte)sent);
            tx.Commit(PieceBytes, SsTxFlags.WholeMessage);
            sent++;
            stream.RequestTransmit();
            return SsTransmitResult.Send;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(9_000)]
    [InlineData(16 * 1024)]
    public async Task Messages_cost_no_allocations(int length)
    {
        const int Messages = 20_000;
        var scheduler = new ManualScheduler();
        var bench = new SinkBench(scheduler);
        var counting = new Counting();
        bench.Context.CreateListener("work", _ => counting);
        var sender = new Sending(Messages, length);
        bench.Context.Create("work", sender).Connect();
        scheduler.RunUntilIdle();
        Assert.Equal(Messages, counting.Messages);

        // Again, now that queues and pools have what they need.
        var before = GC.GetAllocatedBytesForCurrentThread();
        sender.Again();
        scheduler.RunUntilIdle();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated / (double)Messages:0.00} bytes a message");
        Assert.Equal(2 * Messages, counting.Messages);
        Assert.True(allocated < Messages, $"{allocated} bytes for {Messages} messages.");
        await EndAsync(bench, scheduler);
    }

    private static async Task EndAsync(SinkBench bench, ManualScheduler scheduler)
    {
        var ended = bench.DisposeAsync().AsTask();
        scheduler.RunUntilIdle();
        await ended;
    }

    private sealed class Counting : SecureStreamHandler
    {
        public int Messages { get; private set; }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            Messages++;
            return SsResult.Continue;
        }
    }

    private sealed class Sending(int messages, int length) : SecureStreamHandler
    {
        private SecureStream? _stream;
        private int _sent;

        public void Again()
        {
            _sent = 0;
            _stream!.RequestTransmit();
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            _stream = stream;
            if (change.State == SsState.Connected)
                stream.RequestTransmit();
            return SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            do
            {
                tx.Commit(length, SsTxFlags.WholeMessage);
                _sent++;
            }
            while (_sent < messages && tx.MoreRoom);

            if (_sent < messages)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        }
    }
}
