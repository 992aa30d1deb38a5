using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>A length that is announced and too large is refused before it is asked for, and never on top of the callback that announces it.</summary>
public sealed class MqttAnnouncedLengthTests
{
    [Theory]
    [InlineData("Connected", false)]
    [InlineData("receive", false)]
    [InlineData("transmit", false)]
    [InlineData("QosAckRemote", false)]
    [InlineData("Connected", true)]
    [InlineData("receive", true)]
    [InlineData("transmit", true)]
    [InlineData("QosAckRemote", true)]
    [InlineData("", true)]
    [InlineData("", false)]
    public async Task It_is_refused_when_the_callback_has_returned(string at, bool destroys)
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, {MqttBench.Both}, \"mqtt_qos\": 1, \"mqtt_client_id\": \"c\", \"max_message_bytes\": 10 }}");
        var asked = false;
        var handler = new RecordingHandler();
        handler.OnStateDo(SsState.Connected, stream =>
        {
            if (at == "Connected")
                Ask(stream);
            if (at is "transmit" or "QosAckRemote")
                stream.RequestTransmit(10);
        });
        handler.OnStateDo(SsState.QosAckRemote, stream =>
        {
            if (at == "QosAckRemote")
                Ask(stream);
        });
        handler.OnStateDo(SsState.QosNackRemote, Refused);
        handler.OnReceiveDo((stream, _, _) =>
        {
            Ask(stream);
            return SsResult.Continue;
        });
        handler.OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
        {
            tx.Buffer[..10].Clear();
            tx.Commit(10, SsTxFlags.WholeMessage);
            if (at == "transmit")
                Ask(stream);
            return SsTransmitResult.Send;
        });
        var stream = context.Create("x", handler);
        stream.Connect();
        using var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        if (at is "transmit" or "QosAckRemote")
            await peer.AckAsync(MqttPacketType.PublishAck, (await peer.ReadAsync(MqttPacketType.Publish)).Id);
        if (at == "receive")
            await peer.PublishAsync("t/in", "in");
        if (at.Length == 0)
        {
            await handler.WaitForStateAsync(SsState.Connected);
            stream.RequestTransmit(11);
        }

        await handler.WaitForStateAsync(SsState.QosNackRemote);
        var nack = handler.LastOf(SsState.QosNackRemote);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, SsNextAction.None, 0L), (nack.Cause.Phase, nack.Cause.Code, nack.Cause.NextAction, nack.Message));
        if (destroys)
            await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(destroys, handler.States.Contains(SsState.Destroying));
        Assert.Equal(at.Length > 0, asked);
        handler.AssertClean();
        Assert.Single(handler.States, static one => one == SsState.QosNackRemote);
        await MqttBench.EndAsync(context, peer);

        void Ask(SecureStream one)
        {
            asked = true;
            one.RequestTransmit(11);
        }

        SsResult Refused(SecureStream one, in SsStateChange change) => destroys ? SsResult.Destroy : SsResult.Continue;
    }

    [Fact]
    public async Task One_that_is_announced_in_the_report_of_the_connection_is_refused_after_connected()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, \"mqtt_topic\": \"t\", \"perf\": true, \"max_message_bytes\": 10 }}");
        var reports = 0;
        var handler = new RecordingHandler().OnReceiveDo((stream, report, flags) =>
        {
            Assert.Equal(SsRxFlags.PerfJson, flags & SsRxFlags.PerfJson);
            Assert.Contains("\"peer\"", Encoding.UTF8.GetString(report), StringComparison.Ordinal);
            reports++;
            stream.RequestTransmit(11);
            return SsResult.Continue;
        });
        context.Create("x", handler).Connect();
        using var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await handler.WaitForStateAsync(SsState.QosNackRemote);
        Assert.Equal("Creating Connecting Connected QosNackRemote", handler.Story);
        Assert.Equal(1, reports);
        handler.AssertClean();
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task One_that_is_taken_back_in_the_same_callback_is_not_refused()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"\"x\": {{ {bench.Where}, \"mqtt_topic\": \"t\", \"max_message_bytes\": 10 }}");
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, static stream =>
        {
            stream.RequestTransmit(11);
            stream.Disconnect();
        });
        context.Create("x", handler).Connect();
        using var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await MqttBench.EndAsync(context, peer);
        handler.AssertCleanAndDestroyed();
        Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
    }
}
