using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>What becomes of messages when the connection ends before they are acknowledged, seen by whole streams.</summary>
public sealed class MqttReconnectTests
{
    private const string Kept = "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t/out\"";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task With_a_session_that_lasts_they_are_sent_again_and_acknowledged_after_the_reconnect(int qos)
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": {qos}, \"retry\": \"r\" }}");
        bench.Log.Allow("Failed");
        var handler = Sending("one", "two");
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.BreakAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        var again = await bench.PeerAsync();
        await again.AcceptOnlyAsync(sessionPresent: true);
        var released = 0;
        foreach (var text in (string[])["one", "two"])
        {
            var seen = await again.ReadAsync(MqttPacketType.Publish);
            Assert.Equal((text, true, qos), (seen.Text, seen.Duplicate, seen.Qos));
            if (text == "one")
                Assert.Equal(one.Id, seen.Id);
            else
                released = seen.Id;
        }

        foreach (var id in (ushort[])[one.Id, (ushort)released])
            await again.AckAsync(qos == 1 ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, id);
        for (var i = 0; i < 2 && qos == 2; i++)
            await again.AckAsync(MqttPacketType.PublishComplete, (await again.ReadAsync(MqttPacketType.PublishRelease)).Id);
        await handler.WaitForStateAsync(SsState.QosAckRemote, times: 2);
        Assert.Equal([SsState.Disconnected, SsState.Poll, SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.QosAckRemote], handler.States.ToArray()[^6..]);
        Assert.DoesNotContain(SsState.QosNackRemote, handler.States);
        await MqttBench.EndAsync(context, again);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whoever_waits_for_the_acknowledgement_has_it_after_the_reconnect_and_the_message_is_not_made_two(int qos)
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": {qos}, \"retry\": \"r\" }}");
        bench.Log.Allow("Failed");
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var first = stream.SendAsync("one"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.BreakAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await bench.PeerAsync();
        await again.AcceptOnlyAsync(sessionPresent: true);
        var one = await again.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("one", true), (one.Text, one.Duplicate));
        var second = stream.SendAsync("two"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var two = await again.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("two", false), (two.Text, two.Duplicate));
        await CompleteAsync(again, one.Id, qos);
        await first.OrFail(static () => "The first message is not acknowledged.");
        Assert.False(second.IsCompleted);
        await CompleteAsync(again, two.Id, qos);
        await second.OrFail(static () => "The second message is not acknowledged.");
        await MqttBench.EndAsync(context, again);
    }

    [Fact]
    public async Task Whoever_is_away_when_its_message_is_acknowledged_is_told_so_later_also_when_the_connection_has_come_to_nothing_since()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($$"""
            "away": { {{bench.Where}}, {{Kept}}, "mqtt_qos": 1, "retry": "later" },
            "there": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/in", "mqtt_qos": 1, "retry": "r" }
            """);
        bench.Log.Allow("Failed");
        var (away, there) = (Sending("one"), new RecordingHandler());
        await using var first = context.Create("away", away);
        first.RequestTransmit();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        await using var second = context.Create("there", there);
        second.Connect();
        await peer.AnswerSubscribeAsync();
        await there.WaitForStateAsync(SsState.Connected);
        await peer.BreakAsync();
        await away.WaitForStateAsync(SsState.Disconnected);
        await there.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        // The other one comes back first: the session sends the message again, and it is acknowledged.
        var again = await bench.PeerAsync();
        await again.AcceptOnlyAsync(sessionPresent: true);
        Assert.Equal(one.Id, (await again.ReadAsync(MqttPacketType.Publish)).Id);
        await again.AckAsync(MqttPacketType.PublishAck, one.Id);
        await again.PublishAsync("t/in", "behind it");
        await there.WaitForAsync(static handler => handler.ReceivedMessages == 1);
        await again.BreakAsync();
        await there.WaitForStateAsync(SsState.Disconnected, times: 2);
        Assert.DoesNotContain(SsState.QosAckRemote, away.States);

        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(9));
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        var last = await bench.PeerAsync();
        await last.AcceptOnlyAsync(sessionPresent: true);
        await away.WaitForStateAsync(SsState.QosAckRemote);
        await MqttBench.EndAsync(context, last);
    }

    private static async Task CompleteAsync(MqttPeer peer, ushort id, int qos)
    {
        await peer.AckAsync(qos == 1 ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, id);
        if (qos == 2)
            await peer.AckAsync(MqttPacketType.PublishComplete, (await peer.ReadAsync(MqttPacketType.PublishRelease)).Id);
    }

    [Fact]
    public async Task With_a_clean_start_they_are_refused_before_the_end_is_told()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": 1, \"mqtt_clean_start\": true }}");
        bench.Log.Allow("Failed");
        var handler = Sending("one", "two");
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.BreakAsync();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal([SsState.Connected, SsState.QosNackRemote, SsState.QosNackRemote, SsState.Disconnected], handler.States.ToArray()[^6..^2]);
        Assert.Equal(SsCauseCode.PeerClosed, handler.CauseOf(SsState.QosNackRemote).Code);
    }

    [Theory]
    [InlineData(268_435_456L, "can carry")]
    [InlineData(2_000L, "max_message_bytes")]
    public async Task A_message_announced_as_longer_than_it_may_be_is_refused_before_a_byte_is_asked_for(long length, string why)
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": 1, \"retry\": \"r\", \"max_message_bytes\": 1000 }}");
        bench.Log.Allow("Failed");
        var handler = Sending("short");
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.RequestTransmit(length);
        await handler.WaitForStateAsync(SsState.QosNackRemote);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge), (handler.CauseOf(SsState.QosNackRemote).Phase, handler.CauseOf(SsState.QosNackRemote).Code));
        Assert.Contains(why, context.Diagnostics.Find(handler.CauseOf(SsState.QosNackRemote).DetailId)!.Message, StringComparison.Ordinal);

        // What follows goes as ever, and is the first that the broker sees.
        stream.RequestTransmit(5);
        var seen = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal("short", seen.Text);
        await peer.AckAsync(MqttPacketType.PublishAck, seen.Id);
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task A_broker_that_has_lost_the_session_gets_them_as_new()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Kept}, \"mqtt_qos\": 1, \"retry\": \"r\" }}");
        bench.Log.Allow("Failed");
        var handler = Sending("one");
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await peer.ReadAsync(MqttPacketType.Publish);
        await peer.BreakAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await bench.PeerAsync();
        await again.AcceptOnlyAsync(sessionPresent: false);
        var seen = await again.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("one", false), (seen.Text, seen.Duplicate));
        await again.AckAsync(MqttPacketType.PublishAck, seen.Id);
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        await MqttBench.EndAsync(context, again);
    }

    [Fact]
    public async Task The_last_stream_waits_a_moment_for_answers_before_it_says_goodbye()
    {
        await using var bench = new MqttBench(more: Kept + ", \"mqtt_qos\": 2");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        run.Close();
        await run.EndAsync();
        await peer.AckAsync(MqttPacketType.PublishReceived, one.Id);
        await peer.ReadAsync(MqttPacketType.PublishRelease);
        await peer.AckAsync(MqttPacketType.PublishComplete, one.Id);
        await peer.ReadAsync(MqttPacketType.Disconnect);
    }

    [Fact]
    public async Task And_not_longer_than_that()
    {
        await using var bench = new MqttBench(more: Kept + ", \"mqtt_qos\": 1");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one");
        await peer.ReadAsync(MqttPacketType.Publish);
        run.Close();
        await run.EndAsync();
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await peer.ReadAsync(MqttPacketType.Disconnect);
    }

    private static RecordingHandler Sending(params string[] messages)
    {
        var next = 0;
        return new RecordingHandler().OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
        {
            if (next == messages.Length)
                return SsTransmitResult.Nothing;
            var bytes = System.Text.Encoding.UTF8.GetBytes(messages[next++], tx.Buffer);
            tx.Commit(bytes, SsTxFlags.WholeMessage);
            if (next < messages.Length)
                stream.RequestTransmit();
            return SsTransmitResult.Send;
        });
    }
}
