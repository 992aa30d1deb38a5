using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Whole streams over mqtt.</summary>
public sealed class MqttStreamTests
{
    private const string Shared = "\"mqtt_client_id\": \"c\", \"mqtt_qos\": 1";

    [Theory]
    [InlineData("Connecting")]
    [InlineData("Connected")]
    [InlineData("receive")]
    [InlineData("transmit")]
    [InlineData("QosAckRemote")]
    [InlineData("Disconnected")]
    public async Task Disposed_in_a_callback_it_is_gone_and_the_others_go_on(string at)
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context(
            $"\"x\": {{ {bench.Where}, {Shared}, \"mqtt_topic\": \"x/out\", \"mqtt_subscribe\": \"x/in\", \"retry\": \"r\" }}, \"y\": {{ {bench.Where}, {Shared}, \"mqtt_topic\": \"y/out\", \"mqtt_subscribe\": \"y/in\" }}");
        var other = new RecordingHandler();
        await using var stays = context.Create("y", other);
        stays.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await other.WaitForStateAsync(SsState.Connected);

        var handler = new RecordingHandler();
        foreach (var state in (SsState[])[SsState.Connecting, SsState.Connected, SsState.QosAckRemote, SsState.Disconnected])
        {
            if (state.ToString() == at)
                handler.OnStateDo(state, static stream => _ = stream.DisposeAsync().AsTask());
        }

        handler.OnStateDo(SsState.Connected, stream =>
        {
            if (at == "Connected")
                _ = stream.DisposeAsync().AsTask();
            else
                stream.RequestTransmit();
        });
        handler.OnReceiveDo((stream, _, _) =>
        {
            if (at == "receive")
                _ = stream.DisposeAsync().AsTask();
            return SsResult.Continue;
        });
        handler.OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
        {
            tx.Commit(0, SsTxFlags.WholeMessage);
            if (at == "transmit")
                _ = stream.DisposeAsync().AsTask();
            return SsTransmitResult.Send;
        });
        var stream = context.Create("x", handler);
        stream.Connect();
        if (at != "Connecting")
        {
            Assert.Equal("x/in", (await peer.AnswerSubscribeAsync()).Filter);
            if (at != "Connected")
            {
                var message = await peer.ReadAsync(MqttPacketType.Publish);
                Assert.Equal("x/out", message.Topic);
                await peer.AckAsync(MqttPacketType.PublishAck, message.Id);
            }

            if (at == "receive")
            {
                await peer.PublishAsync("x/in", "in", qos: 1, id: 3);
                await peer.ReadAsync(MqttPacketType.PublishAck);
            }
        }

        if (at == "Disconnected")
        {
            await peer.BreakAsync();
        }
        else if (at != "Connecting")
        {
            Assert.Equal("x/in", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
            await peer.PublishAsync("y/in", "still here");
            await other.WaitForAsync(static one => one.ReceivedText == "still here");
        }

        await handler.WaitForStateAsync(SsState.Destroying);
        await stream.DisposeAsync().AsTask().OrFail(static () => "It is not gone.");
        handler.AssertCleanAndDestroyed();
        other.AssertClean();
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task A_silent_broker_is_asked_for_all_streams_at_once_and_given_up_at_their_bound()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context(string.Join(", ", Enumerable.Range(0, 10).Select(i => $"\"s{i}\": {{ {bench.Where}, {Shared}, \"mqtt_topic\": \"t\", \"retry\": \"r\" }}")));
        var handlers = Enumerable.Range(0, 10).Select(static _ => new RecordingHandler()).ToArray();
        for (var i = 0; i < handlers.Length; i++)
            context.Create($"s{i}", handlers[i]).Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        foreach (var handler in handlers)
            await handler.WaitForStateAsync(SsState.Connected);

        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await peer.ReadAsync(MqttPacketType.PingRequest);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.All(handlers, static handler => Assert.DoesNotContain(SsState.Disconnected, handler.States));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        foreach (var handler in handlers)
        {
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Equal(SsCauseCode.PeerUnresponsive, handler.CauseOf(SsState.Disconnected).Code);
        }

        // One question was asked, and nothing else said.
        Assert.Null(await peer.ReadAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_have_the_message()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        bench.Log.Allow("HandlerThrew");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Shared}, \"mqtt_topic\": \"t\", \"mqtt_subscribe\": \"x/in\", \"retry\": \"r\" }}");
        var handler = new RecordingHandler().OnReceiveDo(static (_, _, _) => throw new InvalidOperationException("no"));
        await using var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await peer.PublishAsync("x/in", "in", qos: 1, id: 3);
        await peer.ReadAsync(MqttPacketType.Disconnect); // And no PUBACK before it.
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal(SsCauseCode.HandlerException, handler.CauseOf(SsState.Disconnected).Code);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task What_is_awaited_comes_and_goes()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {Shared}, \"mqtt_topic\": \"x/out\", \"mqtt_subscribe\": \"x/in\" }}");
        await using var stream = context.Create("x", new RecordingHandler());
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        var cancellation = TestContext.Current.CancellationToken;
        await using var reader = stream.ReadMessagesAsync(cancellation).GetAsyncEnumerator(cancellation);
        var sending = stream.SendAsync("hello"u8.ToArray(), cancellationToken: cancellation).AsTask();
        var seen = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal("hello", seen.Text);
        await peer.AckAsync(MqttPacketType.PublishAck, seen.Id);
        await sending.OrFail(static () => "It is not sent.");
        await peer.PublishAsync("x/in", "answer");
        Assert.True(await reader.MoveNextAsync().AsTask().OrFail(static () => "No message came."));
        Assert.Equal("answer"u8.ToArray(), reader.Current.Payload.ToArray());
        await MqttBench.EndAsync(context, peer);
    }
}
