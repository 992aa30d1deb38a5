using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>A stream that leaves in the middle of a message, with others behind it in its queue: what comes again comes in the order of the broker.</summary>
public sealed class MqttCutMessageTests : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();
    private readonly TaskCompletionSource _isBusy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingHandler _handler;

    public MqttCutMessageTests() =>
        _handler = new RecordingHandler().OnTransmitDo((SecureStream _, scoped ref SsTransmit _) =>
        {
            _isBusy.TrySetResult();
            Assert.True(_gate.Wait(TimeSpan.FromMinutes(1)));
            return SsTransmitResult.Nothing;
        });

    public void Dispose() => _gate.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_last_stream_that_leaves_has_all_from_there_on_from_the_broker(int qos)
    {
        await using var bench = new MqttBench();
        await using var context = bench.Context($$""" "x": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_qos": {{qos}}, "mqtt_subscribe": "t/in", "retry": "soon" } """);
        await using var stream = context.Create("x", _handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await _handler.WaitForStateAsync(SsState.Connected);
        await CutAsync(stream, peer, qos);
        _gate.Set();
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();
        await ComesAgainAsync(stream, bench, context, qos);
    }

    [Fact]
    public async Task And_so_has_one_whose_connection_broke_meanwhile()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($$"""
            "x": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_qos": 2, "mqtt_subscribe": "t/in", "retry": "soon" },
            "y": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_qos": 2, "mqtt_subscribe": "other", "retry": "soon" }
            """);
        await using var stream = context.Create("x", _handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await _handler.WaitForStateAsync(SsState.Connected);
        var other = new RecordingHandler();
        await using var neighbour = context.Create("y", other);
        neighbour.Connect();
        await peer.AnswerSubscribeAsync();
        await other.WaitForStateAsync(SsState.Connected);
        await CutAsync(stream, peer, qos: 2);
        await peer.BreakAsync();
        await other.WaitForStateAsync(SsState.Disconnected);
        _gate.Set();
        await ComesAgainAsync(stream, bench, context, qos: 2);
    }

    /// <summary>The stream has the beginning of a message, and the rest of it and two others wait until it is not busy any more; before them it will find that it is to leave.</summary>
    private async Task CutAsync(SecureStream stream, MqttPeer peer, int qos)
    {
        var first = MqttPeer.Publish("t/in", "first,"u8.ToArray(), qos, id: 1);
        await peer.SendRawAsync(first[..^3]);
        await _handler.WaitForAsync(static one => one.ReceivedText == "fir");
        stream.RequestTransmit();
        await _isBusy.Task.OrFail(static () => "The handler is not asked for messages.");
        stream.Disconnect();
        await peer.SendRawAsync(first[^3..]);
        await peer.PublishAsync("t/in", "second,", qos, id: 2);
        await peer.PublishAsync("t/in", "third,", qos, id: 3);

        // Of a message that nobody knows: its answer says that all before it has been read.
        await peer.AckAsync(MqttPacketType.PublishRelease, 99);
        Assert.Equal(99, (await peer.ReadAsync(MqttPacketType.PublishComplete)).Id);
    }

    private async Task ComesAgainAsync(SecureStream stream, MqttBench bench, LocalContext context, int qos)
    {
        await _handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("fir", _handler.ReceivedText);
        stream.Connect();
        using var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.PublishAsync("t/in", "first,", qos, id: 1, duplicate: true);
        await next.PublishAsync("t/in", "second,", qos, id: 2, duplicate: true);
        await next.PublishAsync("t/in", "third,", qos, id: 3, duplicate: true);
        var answers = await next.ReadAnswersAsync(MqttPeer.AnswerTo(qos), 3);
        Assert.Equal([1, 2, 3], answers);
        Assert.Equal("firfirst,second,third,", _handler.ReceivedText);
        await MqttBench.EndAsync(context, next);
    }
}
