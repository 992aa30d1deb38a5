using System.Diagnostics;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>What a message costs a stream over mqtt: nothing that has to be collected.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class MqttCostTests(ITestOutputHelper output)
{
    private const int Bytes = 64;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_round_trip_allocates_nothing(int qos)
    {
        const int Rounds = 3_000;
        using var broker = new BlockingBroker(echoes: true);
        await using var context = Context(broker, qos, ", \"mqtt_subscribe\": \"t/x\"");
        var handler = new PingPong();
        var stream = context.Create("x", handler);
        stream.Connect();
        await handler.RunAsync(stream, Rounds);
        var (least, fastest) = await LeastAsync(() => handler.RunAsync(stream, Rounds), Rounds);
        output.WriteLine($"QoS {qos}: {least} B in {Rounds} round trips of {Bytes} B, {fastest:0.0} us each");

        // Starting and awaiting the measured run itself costs a few objects; one byte a message would already be more.
        Assert.InRange(least, 0, Rounds - 1);
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, false)]
    [InlineData(0, 1000, false)]
    [InlineData(1, 1000, false)]
    [InlineData(0, 1000, true)]
    public async Task A_flood_allocates_nothing_and_gathers_messages_in_one_write(int qos, int each, bool hasMetadata)
    {
        const int Messages = 20_000;
        using var broker = new BlockingBroker(echoes: false);
        await using var context = Context(broker, qos, hasMetadata ? ", \"metadata\": [{ \"x\": \"\" }]" : "", hasMetadata ? "t/${x}" : "t/x");
        var handler = new Flood(qos > 0, each, broker);
        var stream = context.Create("x", handler, hasMetadata ? new() { Metadata = { ["x"] = "x" } } : null);
        stream.Connect();
        await handler.RunAsync(stream, Messages);
        var (reads, messages) = (broker.Reads, broker.Messages);
        var (least, fastest) = await LeastAsync(() => handler.RunAsync(stream, Messages), Messages);
        var gathered = (broker.Messages - messages) / (double)(broker.Reads - reads);
        output.WriteLine($"QoS {qos}, {each} a callback: {least} B in {Messages} messages of {Bytes} B, {fastest:0.00} us each, {gathered:0.0} messages a read of the broker");
        Assert.InRange(least, 0, Messages - 1);
        Assert.True(gathered > 4, $"{gathered} messages a read");
    }

    private static async Task<(long Least, double Fastest)> LeastAsync(Func<Task> run, int rounds)
    {
        // The least of a few: what the rest of the process does meanwhile is not the stream's.
        var least = long.MaxValue;
        var fastest = double.MaxValue;
        for (var turn = 0; turn < 5; turn++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var clock = Stopwatch.StartNew();
            await run();
            fastest = Math.Min(fastest, clock.Elapsed.TotalMicroseconds / rounds);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return (least, fastest);
    }

    private static LocalContext Context(BlockingBroker broker, int qos, string more, string topic = "t/x") => SsContext.FromJson(
        $$"""{ "s": [{ "x": { {{broker.Where}}, "mqtt_topic": "{{topic}}", "mqtt_qos": {{qos}}, "mqtt_client_id": "c"{{more}} } }] }""");

    /// <summary>Sends a message whenever the last one has come back.</summary>
    private sealed class PingPong : SecureStreamHandler
    {
        private TaskCompletionSource _done = new();
        private int _left;

        public Task RunAsync(SecureStream stream, int rounds)
        {
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = rounds;
            stream.RequestTransmit();
            return _done.Task.OrFail(static () => "The broker does not answer.");
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            tx.Buffer[..Bytes].Fill((byte)_left);
            tx.Commit(Bytes, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if ((flags & SsRxFlags.EndOfMessage) == 0)
                return SsResult.Continue;
            if (--_left == 0)
                _done.TrySetResult();
            else
                stream.RequestTransmit();
            return SsResult.Continue;
        }
    }

    /// <summary>Sends as fast as it is asked; done when the last one is acknowledged, or has arrived where nothing is.</summary>
    private sealed class Flood(bool isAcknowledged, int each, BlockingBroker broker) : SecureStreamHandler
    {
        private TaskCompletionSource _done = new();
        private int _left;
        private int _unanswered;

        public async Task RunAsync(SecureStream stream, int messages)
        {
            var wanted = broker.Messages + messages;
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = _unanswered = messages;
            stream.RequestTransmit();
            await _done.Task.OrFail(static () => "The broker does not take it.");
            while (broker.Messages < wanted)
                await Task.Yield();
        }

        public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
        {
            for (var i = 0; i < each && _left > 0 && tx.MoreRoom; i++)
            {
                tx.Buffer[..Bytes].Fill((byte)_left);
                tx.Commit(Bytes, SsTxFlags.WholeMessage);
                _left--;
            }

            if (_left > 0)
                stream.RequestTransmit();
            else if (!isAcknowledged)
                _done.TrySetResult();
            return SsTransmitResult.Send;
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.QosAckRemote && --_unanswered == 0)
                _done.TrySetResult();
            return SsResult.Continue;
        }
    }
}
