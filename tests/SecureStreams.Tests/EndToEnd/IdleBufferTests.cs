using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.TestSupport.Wires;
using SecureStreams.Tests.Measuring;
using SecureStreams.Transports.Connections;
using Xunit;

namespace SecureStreams.Tests.EndToEnd;

/// <summary>What streams hold of the shared pool when nothing comes and nothing is to be sent: nothing, whatever came before.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class IdleBufferTests
{
    // Each takes its turn, so all but the last have been quiet for long when it is looked: what a stream kept would be there many times.
    private const int Streams = 8;
    private const int SmallBytes = 64;
    private const int LargeBytes = 300_000;
    private const int SharedConnectionBytes = 32 * 1024 + 2 * 256;

    [Theory]
    [InlineData("raw")]
    [InlineData("raws")]
    [InlineData("ws")]
    [InlineData("wss")]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task After_a_large_message_and_small_ones_a_quiet_stream_holds_no_pooled_buffer(string name)
    {
        var wire = TestWire.Parse(name);
        var clock = new ManualTimeProvider();
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(
            TestWire.Policy(TestCertificates.Authority.Base64Der, "\"backoff\": [1000], \"conceal\": 1", wire.StreamType("x", host.Ports, WireTask.Echo)),
            new SsContextOptions { Platform = new SsPlatform { Time = clock } });
        using var rented = new RentedBytes();
        var open = new List<(SecureStream Stream, Exchange Handler)>();
        for (var i = 0; i < Streams; i++)
        {
            var handler = new Exchange(wire.IsTransactional);
            var stream = context.Create("x", handler);
            open.Add((stream, handler));
            foreach (var bytes in new[] { SmallBytes, LargeBytes, SmallBytes, SmallBytes, LargeBytes })
                await handler.RunAsync(stream, bytes);
        }

        Assert.NotEqual(0, rented.Rents);
        if (!wire.Tls && !wire.IsTransactional)
        {
            // Where messages followed one another, it waits with the small buffer in its hand until the first that has nothing before it for a while.
            await rented.WaitForAtMostAsync(Streams * LinkDefaults.FirstReadBytes);
            clock.Advance(LinkDefaults.QuietAfter);
            foreach (var (stream, handler) in open)
                await handler.RunAsync(stream, SmallBytes);
        }

        // All streams share one connection of HTTP/2, for which the platform may hold a buffer: what is beyond that would be the streams'.
        await rented.WaitForAtMostAsync(wire.IsTransactional ? SharedConnectionBytes : 0);
    }

    /// <summary>Sends a message and waits for as many bytes.</summary>
    private sealed class Exchange(bool isTransaction) : SecureStreamHandler
    {
        private TaskCompletionSource _done = new();
        private int _toSend;
        private int _toCome;
        private bool _started;

        public Task RunAsync(SecureStream stream, int bytes)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_toSend, _toCome, _started) = (bytes, bytes, false);
            stream.RequestTransmit();
            return _done.Task.OrFail(() => $"{_toSend} bytes are not sent, {_toCome} have not come.");
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Disconnected && isTransaction && _toCome == 0)
                _done.TrySetResult();
            else if (change.State is SsState.Disconnected or SsState.Unreachable or SsState.QosNackRemote)
                _done.TrySetException(new InvalidOperationException($"{change.State}: {change.Cause}"));
            return SsResult.Continue;
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            if (_toSend == 0)
                return SsTransmitResult.Nothing;
            do
            {
                var bytes = Math.Min(_toSend, tx.Buffer.Length);
                tx.Buffer[..bytes].Fill(7);
                _toSend -= bytes;
                tx.Commit(bytes, (_started ? SsTxFlags.None : SsTxFlags.StartOfMessage) | (_toSend == 0 ? SsTxFlags.EndOfMessage : SsTxFlags.None));
                _started = true;
            }
            while (_toSend > 0 && tx.MoreRoom);

            if (_toSend > 0)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            _toCome -= payload.Length;
            if (_toCome == 0 && !isTransaction)
                _done.TrySetResult();
            return SsResult.Continue;
        }
    }
}
