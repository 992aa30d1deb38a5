using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Messages that were sent by one handler, one client or one policy and answered when the stream has another: everybody is told of their own, and all are told.</summary>
public sealed class MqttMovedTests
{
    private const string Out = "\"mqtt_topic\": \"t/out\", \"mqtt_qos\": 1, \"retry\": \"r\"";

    [Fact]
    public async Task Who_awaits_an_acknowledgement_is_not_given_that_of_a_message_which_a_handler_sent_before()
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", {Out} }}");
        var handler = new RecordingHandler().OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(System.Text.Encoding.ASCII.GetBytes($"handler's {tx.Message}", tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        await using var stream = context.Create("x", handler);
        stream.RequestTransmit();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal("handler's 1", one.Text);

        var successor = new AckLog();
        stream.ChangeHandlers(successor);
        var mine = stream.SendAsync("mine"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var two = await peer.ReadAsync(MqttPacketType.Publish);
        await peer.AckAsync(MqttPacketType.PublishAck, one.Id);
        await successor.First.Task.OrFail(static () => "The first is not told.");
        Assert.False(mine.IsCompleted);
        await peer.AckAsync(MqttPacketType.PublishAck, two.Id);
        await mine.OrFail(static () => "The second is not told.");
        Assert.Equal([1, 2], successor.Acks);
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task Before_a_stream_moves_it_waits_for_answers_to_what_it_sent_and_sends_nothing_more()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", {Out} }}");
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var one = stream.SendAsync("one"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var first = await peer.ReadAsync(MqttPacketType.Publish);
        context.ApplyOverlay("""{ "s": [{ "x": { "mqtt_client_id": "d" } }] }""", "move");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        var two = stream.SendAsync("two"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        await peer.AckAsync(MqttPacketType.PublishAck, first.Id);
        await one.OrFail(static () => "The first is not acknowledged.");
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync();
        var second = await next.ReadAsync(MqttPacketType.Publish);
        Assert.Equal("two", second.Text);
        await next.AckAsync(MqttPacketType.PublishAck, second.Id);
        await two.OrFail(static () => "The second is not acknowledged.");
        Assert.Equal([SsState.Connected, SsState.QosAckRemote, SsState.Disconnected, SsState.Poll, SsState.Connecting, SsState.Connected, SsState.QosAckRemote], handler.States.ToArray()[^7..]);
        await MqttBench.EndAsync(context, next);
    }

    [Fact]
    public async Task What_is_not_answered_in_time_is_refused_where_the_stream_is_then_and_its_answer_is_nobodys()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", {Out} }}");
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var one = stream.SendAsync("one"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var lost = await peer.ReadAsync(MqttPacketType.Publish);
        context.ApplyOverlay("""{ "s": [{ "x": { "mqtt_client_id": "d" } }] }""", "move");
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(2));
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync();
        var refused = await Assert.ThrowsAsync<SsNackException>(() => one.OrFail(static () => "The first is not told."));
        Assert.Equal(SsCauseCode.LocalDisconnect, refused.Cause.Code);

        // Back where it was: the session sends it again, and the answer is taken for no other message's.
        context.RemoveOverlay("move");
        await next.ReadAsync(MqttPacketType.Disconnect);
        next.Dispose();
        var back = await bench.PeerAsync();
        await back.AcceptOnlyAsync(sessionPresent: true);
        var again = await back.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("one", true, lost.Id), (again.Text, again.Duplicate, again.Id));
        var two = stream.SendAsync("two"u8.ToArray(), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
        var second = await back.ReadAsync(MqttPacketType.Publish);
        await back.AckAsync(MqttPacketType.PublishAck, again.Id);
        await back.AckAsync(MqttPacketType.PublishAck, second.Id);
        await two.OrFail(static () => "The second is not acknowledged.");
        Assert.Equal((1, 1), (handler.States.Count(static one => one == SsState.QosNackRemote), handler.States.Count(static one => one == SsState.QosAckRemote)));
        await MqttBench.EndAsync(context, back);
    }

    /// <summary>The messages that were acknowledged, by their numbers.</summary>
    private sealed class AckLog : SecureStreamHandler
    {
        public List<long> Acks { get; } = [];

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.QosAckRemote)
                Acks.Add(change.Message);
            First.TrySetResult();
            return SsResult.Continue;
        }
    }
}
