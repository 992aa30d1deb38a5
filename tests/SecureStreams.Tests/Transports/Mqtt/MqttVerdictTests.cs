using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports.Mqtt;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Verdicts come in the order of the messages, each names its own, and none is missing.</summary>
public sealed class MqttVerdictTests
{
    private const string Kept = "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t/out\"";

    [Fact]
    public async Task A_message_that_this_side_refuses_is_refused_after_the_answer_to_the_one_before_it()
    {
        await using var bench = new MqttBench(more: Kept + ", \"mqtt_qos\": 1, \"max_message_bytes\": 4");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one", "too long", "two");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        var two = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("one", "two"), (one.Text, two.Text));
        await run.TurnAsync();
        Assert.Empty(Verdicts(run));
        await peer.AckAsync(MqttPacketType.PublishAck, one.Id);
        await peer.AckAsync(MqttPacketType.PublishAck, two.Id);
        await run.WaitForCountAsync("ack-0", 2);
        Assert.Equal(["ack", "nack", "ack"], Verdicts(run));
        run.Close();
        await run.EndAsync();
    }

    [Fact]
    public async Task Answers_that_come_out_of_order_are_told_in_the_order_of_the_messages()
    {
        await using var bench = new MqttBench(more: Kept + ", \"mqtt_qos\": 2, \"mqtt_version\": 5");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.ReadConnectAsync();
        await peer.SendRawAsync(0x20, 3, 0, 0, 0);
        await run.WaitForAsync("connected");
        run.Send("one", "two");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        var two = await peer.ReadAsync(MqttPacketType.Publish);

        // The second is refused before the first is complete.
        await peer.SendRawAsync(0x50, 3, (byte)(two.Id >> 8), (byte)two.Id, 0x87);
        await peer.AckAsync(MqttPacketType.PublishReceived, one.Id);
        await peer.ReadAsync(MqttPacketType.PublishRelease);
        await run.TurnAsync();
        Assert.Empty(Verdicts(run));
        await peer.AckAsync(MqttPacketType.PublishComplete, one.Id);
        await run.WaitForAsync("nack-135");
        Assert.Equal(["ack", "nack"], Verdicts(run));
        run.Close();
        await run.EndAsync();
    }

    [Fact]
    public async Task An_answer_that_a_stream_was_not_told_when_it_let_go_is_told_when_it_is_back()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context(
            $"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": 1, \"retry\": \"r\" }}, \"y\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", \"mqtt_subscribe\": \"y/in\", \"retry\": \"r\" }}");
        var other = new RecordingHandler();
        await using var stays = context.Create("y", other);
        stays.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await other.WaitForStateAsync(SsState.Connected);

        // While this stream is inside a callback its message is answered; then it lets go.
        using var answered = new ManualResetEventSlim();
        var sent = 0;
        var handler = new RecordingHandler().OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
        {
            if (sent++ == 0)
            {
                tx.Commit(0, SsTxFlags.WholeMessage);
                stream.RequestTransmit();
                return SsTransmitResult.Send;
            }

            answered.Wait(TimeSpan.FromSeconds(30));
            stream.Disconnect();
            return SsTransmitResult.Nothing;
        });
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        var message = await peer.ReadAsync(MqttPacketType.Publish);
        await peer.AckAsync(MqttPacketType.PublishAck, message.Id);

        // Behind the answer: when this has come, the connection has dealt with it.
        await peer.PublishAsync("y/in", "behind", qos: 0);
        await other.WaitForAsync(static one => one.ReceivedMessages == 1);
        answered.Set();
        await handler.WaitForStateAsync(SsState.Disconnected);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        await MqttBench.EndAsync(context, peer);
    }

    private static string[] Verdicts(TransportRun run) => [.. run.Events.Select(static one => one.Split('-')[0]).Where(static one => one is "ack" or "nack")];

    [Fact]
    public void Of_many_messages_what_became_of_them_is_told_in_their_order()
    {
        var owner = new MqttOwner();
        var random = new Random(7);
        var told = 0;
        ulong next = 1;
        var open = new List<ulong>();
        for (var round = 0; round < 1000; round++)
        {
            if (random.Next(2) == 0)
            {
                owner.Expect(next, (long)next);
                open.Add(next++);
            }
            else if (open.Count > 0)
            {
                var at = random.Next(open.Count);
                owner.Settle(open[at], null);
                open.RemoveAt(at);
            }

            while (owner.TryTakeNext(out var verdict))
                Assert.Equal(++told, verdict.Message);
            Assert.Equal((int)(open.Count == 0 ? next : open.Min()) - 1, told);
        }
    }
}
