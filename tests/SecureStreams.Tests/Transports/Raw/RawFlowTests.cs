using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>What leaves together, how much is held, and what a slow side does to the other.</summary>
public sealed class RawFlowTests
{
    [Fact]
    public async Task What_is_released_in_one_drain_leaves_in_one_write()
    {
        var sockets = new WriteCounting();
        await using var bench = new RawBench("tcp", platform: new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            for (var i = 0; i < 100; i++)
            {
                "message 64 bytes"u8.CopyTo(writer.GetSpan());
                writer.Advance(16, SsTxFlags.WholeMessage);
                Assert.Equal(16, writer.ReleaseOnMailbox());
            }

            Assert.Equal(1600, writer.Queued);
            Assert.True(writer.FlushOnMailbox());
            Assert.Equal(0, writer.Queued);
        });
        Assert.Equal(1600, (await peer.ReceivedAsync(1600)).Length);
        Assert.Equal([1600], sockets.Writes);
        run.Close();
        peer.Dispose();
        await run.EndAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(16 * 1024)]
    [InlineData(100_000)]
    public async Task A_callback_fills_no_more_than_the_watermark_and_buffers_grow_up_to_it(int watermark)
    {
        var sockets = new WriteCounting();
        await using var bench = new RawBench("tcp", $"\"tx_watermark_high\": {watermark}", new SsPlatform { Sockets = sockets });
        var (run, peer) = await bench.ConnectAsync();
        var sent = 0;
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            for (var drain = 0; drain < 5; drain++)
            {
                while (writer.MoreRoom)
                {
                    var room = writer.GetSpan();
                    Assert.InRange(room.Length, 1, 16 * 1024);
                    writer.Advance(room.Length, SsTxFlags.None);
                    sent += room.Length;
                }

                writer.ReleaseOnMailbox();
                Assert.True(writer.FlushOnMailbox());
            }
        });
        await run.TurnAsync();
        await peer.ReceivedAsync(sent);

        // A rest too small for a usual message is not offered.
        var largest = watermark == 100_000 ? 96 * 1024 : watermark;
        int[] expected = [.. Enumerable.Range(0, 5).Select(drain => (int)Math.Min(largest, (16L * 1024) << drain))];
        Assert.Equal(expected, sockets.Writes);
        run.Close();
        peer.Dispose();
        await run.EndAsync();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task A_slow_reader_slows_the_stream_and_loses_nothing(string kind)
    {
        const int Length = 20_000_000;
        await using var bench = new RawBench(kind, receiveBuffer: 8192);
        var send = RawHalfCloseTests.SendAll(Length);
        var most = 0L;
        var (run, peer) = await bench.ConnectAsync(run => run.OnTransmit = writer =>
        {
            var more = send(writer);
            most = Math.Max(most, writer.Queued);
            return more;
        });
        var buffer = new byte[100_000];
        for (var got = 0; got < Length;)
        {
            // In no hurry: between two looks everything else has had its turn.
            var count = await peer.Stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, count);
            var expected = new byte[count];
            DeterministicBytes.Fill(expected, got);
            Assert.True(expected.AsSpan().SequenceEqual(buffer.AsSpan(0, count)));
            got += count;
            await run.TurnAsync();
            Assert.InRange(run.Transport.Writer.Queued, 0, run.Policy.TransmitWatermarkHigh);
        }

        await peer.HalfCloseAsync();
        Assert.Null(await run.EndAsync());
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task A_stream_that_pauses_at_every_piece_loses_nothing(string kind)
    {
        const int Length = 3_000_000;
        await using var bench = new RawBench(kind, "\"half_open_ms\": 0");
        var (run, peer) = await bench.ConnectAsync(run => run.OnEvent = what =>
        {
            if (what == "rx")
            {
                run.Transport.PauseReceiveOnMailbox(true);
                run.Pause(false);
            }
        });
        await peer.SendAsync(DeterministicBytes.Make(Length));
        await peer.FinishAsync();
        Assert.Null(await run.EndAsync());
        Assert.Equal(DeterministicBytes.Make(Length), run.Received);
    }

    /// <summary>Real sockets that remember the writes.</summary>
    internal sealed class WriteCounting : SsSocketDialer
    {
        private readonly List<int> _writes = [];

        public IReadOnlyList<int> Writes
        {
            get
            {
                lock (_writes)
                    return [.. _writes];
            }
        }

        public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) =>
            new Counted(await System.ConnectAsync(endPoint, cancellationToken), _writes);

        private sealed class Counted(Stream inner, List<int> writes) : Stream, ISsHalfCloseStream
        {
            public override bool CanRead => true;

            public override bool CanSeek => false;

            public override bool CanWrite => true;

            public override long Length => throw new NotSupportedException();

            public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

            public void ShutdownSend() => ((NetworkStream)inner).Socket.Shutdown(SocketShutdown.Send);

            public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

            public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

            public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            {
                lock (writes)
                    writes.Add(buffer.Length);
                return inner.WriteAsync(buffer, cancellationToken);
            }

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override void Flush()
            {
            }

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                    inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
