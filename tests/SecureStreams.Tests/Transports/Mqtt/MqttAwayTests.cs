using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Streams that leave a connection which goes on for others, and come back: what they had not taken is not lost.</summary>
public sealed class MqttAwayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_handler_threw_at_is_not_answered_and_comes_again_when_the_stream_is_back(int qos)
    {
        await using var bench = new MqttBench();
        await using var context = Context(bench, qos);
        bench.Log.Allow("Failed");
        bench.Log.Allow("HandlerThrew");
        var thrown = 0;
        var handler = new RecordingHandler().OnReceiveDo((_, payload, _) =>
            payload.SequenceEqual("bad"u8) && thrown++ == 0 ? throw new InvalidOperationException("once") : SsResult.Continue);
        var (stream, other, peer) = await OpenAsync(bench, context, handler);
        await peer.PublishAsync("t/a", "bad", qos, id: 1);
        await handler.WaitForStateAsync(SsState.Disconnected);
        await peer.ReadAsync(MqttPacketType.Unsubscribe);
        await peer.PublishAsync("t/a", "late", qos, id: 2);
        await peer.PublishAsync("t/b", "other", qos, id: 3);
        Assert.Equal(3, (await peer.ReadAsync(MqttPeer.AnswerTo(qos))).Id);

        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await peer.AnswerSubscribeAsync();
        Assert.Equal(1, (await peer.ReadAsync(MqttPeer.AnswerTo(qos))).Id);
        Assert.Equal(2, (await peer.ReadAsync(MqttPeer.AnswerTo(qos))).Id);
        await handler.WaitForAsync(static one => one.ReceivedText == "badbadlate");
        Assert.Equal("other", other.ReceivedText);
        await stream.DisposeAsync();
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task What_waits_in_the_queue_of_a_stream_that_leaves_waits_for_it_in_order()
    {
        const int Messages = 12;
        await using var bench = new MqttBench();
        await using var context = Context(bench, qos: 1);
        bench.Log.Allow("Failed");
        var pauses = true;
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, stream =>
        {
            if (pauses)
                stream.PauseReceive();
        });
        var (stream, other, peer) = await OpenAsync(bench, context, handler);
        for (var i = 1; i <= Messages; i++)
            await peer.PublishAsync("t/a", $"{i},", qos: 1, id: (ushort)i);
        await peer.PublishAsync("t/b", "other", qos: 1, id: 99);

        // Beyond eight they are answered when they are queued.
        for (var i = 9; i <= Messages; i++)
            Assert.Equal(i, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        stream.Disconnect();
        await peer.ReadAsync(MqttPacketType.Unsubscribe);
        Assert.Empty(handler.Received);

        pauses = false;
        stream.ResumeReceive();
        stream.Connect();
        await peer.AnswerSubscribeAsync();
        for (var i = 1; i <= 8; i++)
            Assert.Equal(i, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await handler.WaitForAsync(static one => one.ReceivedMessages == Messages);
        Assert.Equal(string.Concat(Enumerable.Range(1, Messages).Select(static i => $"{i},")), handler.ReceivedText);
        Assert.Equal("other", other.ReceivedText);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task Who_comes_back_late_leaves_what_was_not_answered_to_the_broker_and_has_what_was()
    {
        await using var bench = new MqttBench();
        await using var context = Context(bench, qos: 1);
        bench.Log.Allow("Failed");
        var pauses = true;
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, stream =>
        {
            if (pauses)
                stream.PauseReceive();
        });
        var (stream, other, peer) = await OpenAsync(bench, context, handler);
        for (var i = 1; i <= 9; i++)
            await peer.PublishAsync("t/a", $"{i},", qos: 1, id: (ushort)i);
        Assert.Equal(9, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        stream.Disconnect();
        await peer.ReadAsync(MqttPacketType.Unsubscribe);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(60));
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        await peer.PublishAsync("t/b", "other", qos: 1, id: 99);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await other.WaitForAsync(static one => one.ReceivedText == "other");

        pauses = false;
        stream.ResumeReceive();
        stream.Connect();
        await peer.AnswerSubscribeAsync();
        await handler.WaitForAsync(static one => one.ReceivedMessages == 1);
        Assert.Equal("9,", handler.ReceivedText);
        await peer.PublishAsync("t/a", "new", qos: 1, id: 10);
        Assert.Equal(10, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await MqttBench.EndAsync(context, peer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_streams_with_one_filter_both_have_what_came_before_they_were_back(bool isNewProcess)
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($$"""
            "a": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/+", "mqtt_qos": 1, "retry": "soon" },
            "b": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/+", "mqtt_qos": 1, "retry": "later" },
            "n": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "n", "mqtt_qos": 1, "retry": "soon" }
            """);
        bench.Log.Allow("Failed");
        var (first, second) = (new RecordingHandler(), new RecordingHandler());
        await using var a = context.Create("a", first);
        await using var b = context.Create("b", second);
        MqttPeer peer;
        if (isNewProcess)
        {
            // Somebody else is there, and the broker has a session.
            var neighbour = new RecordingHandler();
            context.Create("n", neighbour).Connect();
            peer = await bench.PeerAsync();
            await peer.AcceptOnlyAsync(sessionPresent: true);
            await peer.AnswerSubscribeAsync();
            await neighbour.WaitForStateAsync(SsState.Connected);
            await peer.PublishAsync("t/x", "one", qos: 1, id: 1);
            await peer.PublishAsync("t/y", "two", qos: 1, id: 2);
            await peer.PublishAsync("n", "behind them");
            await neighbour.WaitForAsync(static one => one.ReceivedMessages == 1);
            a.Connect();
            await peer.AnswerSubscribeAsync();
            Assert.Equal(1, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
            Assert.Equal(2, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
            b.Connect();
        }
        else
        {
            a.Connect();
            peer = await bench.PeerAsync();
            await peer.AcceptAsync();
            await first.WaitForStateAsync(SsState.Connected);
            b.Connect();
            await second.WaitForStateAsync(SsState.Connected);
            await peer.BreakAsync();
            await first.WaitForStateAsync(SsState.Disconnected);
            await second.WaitForStateAsync(SsState.Disconnected);
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            peer = await bench.PeerAsync();
            await peer.AcceptOnlyAsync(sessionPresent: true);
            await peer.PublishAsync("t/x", "one", qos: 1, id: 1);
            await peer.PublishAsync("t/y", "two", qos: 1, id: 2);
            await first.WaitForAsync(static one => one.ReceivedText == "onetwo");
            Assert.Equal(0, peer.Socket.Available);
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(9));
            bench.Clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal(1, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
            Assert.Equal(2, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        }

        await second.WaitForAsync(static one => one.ReceivedText == "onetwo");
        Assert.Equal("onetwo", first.ReceivedText);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task Of_a_message_that_a_stream_left_in_the_middle_nothing_is_answered()
    {
        await using var bench = new MqttBench();
        await using var context = Context(bench, qos: 1);
        bench.Log.Allow("Failed");
        var handler = new RecordingHandler();
        var (stream, _, peer) = await OpenAsync(bench, context, handler);
        var packet = MqttPeer.Publish("t/a", new byte[40_000], qos: 1, id: 5);
        await peer.SendRawAsync(packet[..20_000]);
        await handler.WaitForAsync(static one => one.ReceivedLength > 0);
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await peer.SendRawAsync(packet[20_000..]);
        await peer.PublishAsync("t/b", "other", qos: 1, id: 99);
        await peer.ReadAsync(MqttPacketType.Unsubscribe);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task What_another_stream_has_taken_already_waits_over_the_end_of_the_connection_and_nobody_has_it_twice()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($$"""
            "a": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/+", "mqtt_qos": 2, "retry": "soon" },
            "b": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/b", "mqtt_qos": 2, "retry": "soon" }
            """);
        var handler = new RecordingHandler();
        var (stream, other, peer) = await OpenAsync(bench, context, handler);
        stream.PauseReceive();
        await peer.PublishAsync("t/b", "one,", qos: 2, id: 5);
        await other.WaitForAsync(static one => one.ReceivedText == "one,");
        stream.Disconnect();
        Assert.Equal("t/+", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        await peer.BreakAsync();
        await other.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.PublishAsync("t/b", "one,", qos: 2, id: 5, duplicate: true);
        await other.WaitForStateAsync(SsState.Connected, times: 2);
        stream.ResumeReceive();
        stream.Connect();
        Assert.Equal("t/+", (await next.AnswerSubscribeAsync()).Filter);
        Assert.Equal(5, (await next.ReadAsync(MqttPacketType.PublishReceived)).Id);
        await next.PublishAsync("t/b", "two,", qos: 2, id: 6);
        Assert.Equal(6, (await next.ReadAsync(MqttPacketType.PublishReceived)).Id);
        Assert.Equal(("one,two,", "one,two,"), (handler.ReceivedText, other.ReceivedText));
        await stream.DisposeAsync();
        await MqttBench.EndAsync(context, next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_answered_and_waits_is_not_overtaken_by_what_was_not(int qos)
    {
        const int Messages = 10;
        await using var bench = new MqttBench();
        await using var context = Context(bench, qos);
        bench.Log.Allow("Failed");
        var handler = new RecordingHandler();
        var (stream, other, peer) = await OpenAsync(bench, context, handler);
        stream.PauseReceive();
        for (var i = 1; i <= Messages; i++)
            await peer.PublishAsync("t/a", $"{i},", qos, id: (ushort)i);

        // Beyond eight they are answered when they are queued.
        for (var i = 9; i <= Messages; i++)
            Assert.Equal(i, (await peer.ReadAsync(MqttPeer.AnswerTo(qos))).Id);
        stream.Disconnect();
        Assert.Equal("t/a", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        await peer.BreakAsync();
        await other.WaitForStateAsync(SsState.Disconnected);
        stream.ResumeReceive();
        stream.Connect();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        for (var i = 1; i <= 8; i++)
            await next.PublishAsync("t/a", $"{i},", qos, id: (ushort)i, duplicate: true);
        await next.AnswerSubscribeAsync();
        await handler.WaitForAsync(static one => one.ReceivedMessages >= Messages);

        // With QoS 1 those that the broker has still come once more.
        var first = string.Concat(Enumerable.Range(1, Messages).Select(static i => $"{i},"));
        Assert.StartsWith(first, handler.ReceivedText, StringComparison.Ordinal);
        if (qos == 2)
            Assert.Equal(first, handler.ReceivedText);
        await stream.DisposeAsync();
        await MqttBench.EndAsync(context, next);
    }

    [Fact]
    public async Task Who_left_last_and_is_expected_back_is_not_forgotten_when_another_comes_meanwhile()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($$"""
            "a": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/a", "mqtt_topic": "out", "mqtt_qos": 1, "retry": "soon" },
            "b": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/b", "mqtt_qos": 1, "retry": "soon" }
            """);
        bench.Log.Allow("Failed");
        var handler = new RecordingHandler();
        await using var stream = context.Create("a", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            handler.OnTransmitDo(null);
            tx.Buffer[0] = 1;
            tx.Commit(1, SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        stream.RequestTransmit();
        var sent = await peer.ReadAsync(MqttPacketType.Publish);

        // The answer to that is waited for, and so the connection is there when the other comes.
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        var other = new RecordingHandler();
        await using var neighbour = context.Create("b", other);
        neighbour.Connect();
        await peer.AnswerSubscribeAsync();
        await other.WaitForStateAsync(SsState.Connected);
        await peer.PublishAsync("t/a", "for who was there", qos: 1, id: 5);
        await peer.PublishAsync("t/b", "for who is", qos: 1, id: 6);
        Assert.Equal(6, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        stream.Connect();
        Assert.Equal(5, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(("for who was there", "for who is"), (handler.ReceivedText, other.ReceivedText));
        await peer.AckAsync(MqttPacketType.PublishAck, sent.Id);
        await stream.DisposeAsync();
        await MqttBench.EndAsync(context, peer);
    }

    private static LocalContext Context(MqttBench bench, int qos) => bench.Context($$"""
        "a": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/a", "mqtt_qos": {{qos}}, "retry": "soon" },
        "b": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_subscribe": "t/b", "mqtt_qos": {{qos}}, "retry": "soon" }
        """);

    private static async Task<(SecureStream Stream, RecordingHandler Other, MqttPeer Peer)> OpenAsync(MqttBench bench, LocalContext context, RecordingHandler handler)
    {
        var other = new RecordingHandler();
        var neighbour = context.Create("b", other);
        neighbour.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await other.WaitForStateAsync(SsState.Connected);
        var stream = context.Create("a", handler);
        stream.Connect();
        await peer.AnswerSubscribeAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        return (stream, other, peer);
    }
}
