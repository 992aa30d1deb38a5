using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Filters of a session that lasts, when nobody wants them any more: the broker is told, and what it still sends of them is ended.</summary>
public sealed class MqttFormerFilterTests : IDisposable
{
    private const string To = """{ "s": [{ "x": { "mqtt_subscribe": "t/new" } }] }""";

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("ss-state-");

    public void Dispose() => _state.Delete(recursive: true);

    [Fact]
    public async Task It_is_ended_when_the_broker_has_granted_the_new_one_and_what_comes_of_it_is_answered_at_once()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("ForNobody");
        await using var context = bench.Context(X(bench));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        context.ApplyOverlay(To, "move");
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();

        // What was under way comes again, before the broker knows of the new filter.
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.PublishAsync("t/in", "under way", 1, id: 5, duplicate: true);
        await next.PublishAsync("t/in", "exactly once", 2, id: 6, duplicate: true);
        await next.AnswerSubscribeAsync();
        var unsubscribe = await next.ReadAsync(MqttPacketType.Unsubscribe);
        Assert.Equal("t/in", unsubscribe.Filter);
        Assert.Equal((5, 6), ((await next.ReadAsync(MqttPacketType.PublishAck)).Id, (await next.ReadAsync(MqttPacketType.PublishReceived)).Id));
        await next.AckAsync(MqttPacketType.UnsubscribeAck, unsubscribe.Id);
        await next.AckAsync(MqttPacketType.PublishRelease, 6);
        await next.ReadAsync(MqttPacketType.PublishComplete);

        // What the broker had in line.
        await next.PublishAsync("t/in", "late", 1, id: 7);
        await next.ReadAsync(MqttPacketType.PublishAck);
        await next.PublishAsync("t/new", "mine", 1, id: 8);
        await next.ReadAsync(MqttPacketType.PublishAck);
        Assert.Equal(("mine", 1), (handler.ReceivedText, handler.ReceivedMessages));
        await MqttBench.EndAsync(context, next);
    }

    [Fact]
    public async Task What_the_stream_had_not_taken_of_it_is_ended_on_the_connection_that_follows()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("ForNobody");
        await using var context = bench.Context(X(bench));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        stream.PauseReceive();
        await peer.PublishAsync("t/in", "untaken", 2, id: 6);
        await peer.PublishAsync("t/in", "untaken too", 1, id: 7);
        context.ApplyOverlay(To, "move");
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.PublishAsync("t/in", "untaken", 2, id: 6, duplicate: true);
        await next.PublishAsync("t/in", "untaken too", 1, id: 7, duplicate: true);
        await next.AnswerSubscribeAsync();

        // Of what the stream had in hand it is known that nobody wants it as soon as the stream is back, of the rest when its new filter is granted.
        List<MqttSeen> seen = [];
        while (!seen.Exists(static one => one.Type == MqttPacketType.Unsubscribe) || !seen.Exists(static one => one.Type == MqttPacketType.PublishAck))
            seen.Add((await next.ReadAsync().OrFail(() => $"Only {string.Join(", ", seen)} came."))!);
        Assert.Equal(7, Assert.Single(seen, static one => one.Type == MqttPacketType.PublishAck).Id);
        Assert.All(seen.Where(static one => one.Type == MqttPacketType.PublishReceived), static one => Assert.Equal(6, one.Id));
        await next.AckAsync(MqttPacketType.PublishRelease, 6);
        Assert.Equal(6, (await next.ReadAsync(MqttPacketType.PublishComplete)).Id);
        stream.ResumeReceive();
        await next.PublishAsync("t/new", "mine", 1, id: 8);
        await next.ReadAsync(MqttPacketType.PublishAck);
        Assert.Equal(("mine", 1), (handler.ReceivedText, handler.ReceivedMessages));
        await MqttBench.EndAsync(context, next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task On_a_connection_that_goes_on_for_others_what_waited_is_given_where_the_new_filter_has_it_too_and_else_answered(int qos)
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("ForNobody");
        await using var context = Shared(bench, qos);
        var (stream, handler, other, peer) = await MovedAsync(bench, context, qos);
        var subscribe = await peer.ReadAsync(MqttPacketType.Subscribe);
        Assert.Equal("t/+/a", subscribe.Filter);
        await peer.SendRawAsync(0x90, 3, (byte)(subscribe.Id >> 8), (byte)subscribe.Id, (byte)qos);

        // Not before: with the new filter refused the stream may be back with the old one.
        var answer = MqttPeer.AnswerTo(qos);
        Assert.Equal(2, (await peer.ReadAsync(answer)).Id);
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await peer.PublishAsync("t/out/a", "4,", qos, id: 5);
        stream.ResumeReceive();
        foreach (var id in (int[])[1, 3, 5])
            Assert.Equal(id, (await peer.ReadAsync(answer)).Id);
        Assert.Equal(("1,3,4,", "other"), (handler.ReceivedText, other.ReceivedText));
        await MqttBench.EndAsync(context, peer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Where_the_connection_breaks_before_the_new_filter_is_granted_what_waited_comes_again_once_and_in_order(int qos)
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = Shared(bench, qos);
        var (stream, handler, other, peer) = await MovedAsync(bench, context, qos);
        Assert.Equal("t/+/a", (await peer.ReadAsync(MqttPacketType.Subscribe)).Filter);
        await peer.BreakAsync();
        await other.WaitForStateAsync(SsState.Disconnected);
        stream.ResumeReceive();
        context.RemoveOverlay("move");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.PublishAsync("t/in/a", "1,", qos, id: 1, duplicate: true);
        await next.PublishAsync("t/in/b", "2,", qos, id: 2, duplicate: true);
        await next.PublishAsync("t/in/a", "3,", qos, id: 3, duplicate: true);
        var answers = await next.ReadAnswersAsync(MqttPeer.AnswerTo(qos), 3, passedOver: MqttPacketType.Unsubscribe);
        Assert.Equal([1, 2, 3], answers);
        Assert.Equal(("1,2,3,", "other"), (handler.ReceivedText, other.ReceivedText));
        await stream.DisposeAsync();
        await MqttBench.EndAsync(context, next);
    }

    [Fact]
    public async Task One_that_another_stream_has_too_stays_also_while_that_one_is_away()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context($"{X(bench)}, \"y\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", \"mqtt_qos\": 1, \"mqtt_subscribe\": \"t/in\", \"retry\": \"later\" }}");
        var (handler, other) = (new RecordingHandler(), new RecordingHandler());
        await using var stream = context.Create("x", handler);
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        await using var neighbour = context.Create("y", other);
        neighbour.Connect();
        await other.WaitForStateAsync(SsState.Connected);
        await peer.BreakAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        await other.WaitForStateAsync(SsState.Disconnected);

        // Both wait; the change comes to the first before its time does.
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
        context.ApplyOverlay(To, "move");
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.AnswerSubscribeAsync();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await next.PublishAsync("t/in", "the other's", 1, id: 5);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(9));
        bench.Clock.Advance(TimeSpan.FromSeconds(9));
        await next.ReadAsync(MqttPacketType.PublishAck);
        await other.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal(("the other's", 0), (other.ReceivedText, handler.ReceivedMessages));
        await MqttBench.EndAsync(context, next);
    }

    [Fact]
    public async Task Where_the_broker_did_not_say_that_it_has_ended_it_it_is_told_again()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("Failed");
        await using var context = bench.Context(X(bench));
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler);
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        context.ApplyOverlay(To, "move");
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();
        for (var connection = 2; connection <= 3; connection++)
        {
            var next = await bench.PeerAsync();
            await next.AcceptOnlyAsync(sessionPresent: true);
            if (connection == 2)
                await next.AnswerSubscribeAsync();
            var unsubscribe = await next.ReadAsync(MqttPacketType.Unsubscribe);
            await handler.WaitForStateAsync(SsState.Connected, times: connection);
            if (connection == 3)
                await next.AckAsync(MqttPacketType.UnsubscribeAck, unsubscribe.Id);
            await next.BreakAsync();
            await handler.WaitForStateAsync(SsState.Disconnected, times: connection);
            await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(1));
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var last = await bench.PeerAsync();
        await last.AcceptOnlyAsync(sessionPresent: true);
        await handler.WaitForStateAsync(SsState.Connected, times: 4);
        await last.PublishAsync("t/new", "mine", 1, id: 8);
        await last.ReadAsync(MqttPacketType.PublishAck);
        await MqttBench.EndAsync(context, last);
    }

    [Fact]
    public async Task One_of_an_earlier_process_is_ended_when_the_streamtype_comes_with_another()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("ForNobody");
        await RunOnceAsync(bench, X(bench), sessionPresent: false);

        // Also when the process between the two had no time for it.
        for (var process = 2; process <= 3; process++)
        {
            await using var context = bench.Context(X(bench), _state.FullName);
            context.ApplyOverlay(To, "new");
            var handler = new RecordingHandler();
            await using var stream = context.Create("x", handler);
            var peer = await bench.PeerAsync();
            await peer.AcceptOnlyAsync(sessionPresent: true);
            await peer.PublishAsync("t/in", "of the filter before", 1, id: 5);
            await peer.AnswerSubscribeAsync();
            var unsubscribe = await peer.ReadAsync(MqttPacketType.Unsubscribe);
            Assert.Equal("t/in", unsubscribe.Filter);
            await peer.ReadAsync(MqttPacketType.PublishAck);
            if (process == 3)
                await peer.AckAsync(MqttPacketType.UnsubscribeAck, unsubscribe.Id);
            await peer.PublishAsync("t/new", "mine", 1, id: 6);
            await peer.ReadAsync(MqttPacketType.PublishAck);
            Assert.Equal("mine", handler.ReceivedText);
            await MqttBench.EndAsync(context, peer);
        }

        // It is done with: of the fourth process the broker hears nothing of it.
        var last = await RunOnceAsync(bench, X(bench).Replace("t/in", "t/new", StringComparison.Ordinal), sessionPresent: true);
        Assert.Equal([MqttPacketType.PublishAck, MqttPacketType.Disconnect], last);
    }

    [Fact]
    public async Task One_that_a_stream_with_other_metadata_may_come_for_is_ended_when_nobody_has_come()
    {
        await using var bench = new MqttBench();
        bench.Log.Allow("ForNobody");
        var types = X(bench).Replace("t/in", "t/${id}", StringComparison.Ordinal).Replace("\"nailed_up\"", "\"metadata\": [{ \"id\": \"\" }], \"nailed_up\"", StringComparison.Ordinal);
        await RunOnceAsync(bench, types, sessionPresent: false, id: "one");
        await using var context = bench.Context(types, _state.FullName);
        var handler = new RecordingHandler();
        await using var stream = context.Create("x", handler, new() { Metadata = { ["id"] = "two" } });
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync(sessionPresent: true);
        await peer.AnswerSubscribeAsync();
        await peer.PublishAsync("t/one", "for whoever comes", 1, id: 5);
        await peer.PublishAsync("t/two", "mine", 1, id: 6);
        Assert.Equal(6, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(60));
        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("t/one", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        Assert.Equal(5, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(("mine", 1), (handler.ReceivedText, handler.ReceivedMessages));
        await MqttBench.EndAsync(context, peer);
    }

    [Fact]
    public async Task One_that_another_stream_of_the_streamtype_comes_back_for_is_kept_for_it()
    {
        await using var bench = new MqttBench();
        var types = X(bench).Replace("t/in", "t/${id}", StringComparison.Ordinal).Replace("\"nailed_up\": true", "\"metadata\": [{ \"id\": \"\" }]", StringComparison.Ordinal);
        await using var context = bench.Context(types);
        var (handler, other) = (new RecordingHandler(), new RecordingHandler());
        await using var stream = context.Create("x", handler, new() { Metadata = { ["id"] = "both" } });
        await using var neighbour = context.Create("x", other, new() { Metadata = { ["id"] = "both" } });
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        neighbour.Connect();
        await other.WaitForStateAsync(SsState.Connected);
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        neighbour.Disconnect();
        await other.WaitForStateAsync(SsState.Disconnected);
        await peer.ReadAsync(MqttPacketType.Disconnect);
        peer.Dispose();

        // The one is back with something else before the other is back at all.
        stream.SetMetadata("id", "mine");
        stream.Connect();
        var next = await bench.PeerAsync();
        await next.AcceptOnlyAsync(sessionPresent: true);
        await next.AnswerSubscribeAsync();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        await next.PublishAsync("t/both", "the other's", 1, id: 5);
        await next.PublishAsync("t/mine", "mine", 1, id: 6);
        Assert.Equal(6, (await next.ReadAsync(MqttPacketType.PublishAck)).Id);
        neighbour.Connect();
        Assert.Equal(5, (await next.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(("mine", "the other's"), (handler.ReceivedText, other.ReceivedText));
        await MqttBench.EndAsync(context, next);
    }

    private static LocalContext Shared(MqttBench bench, int qos) => bench.Context($$"""
        "x": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_qos": {{qos}}, "mqtt_subscribe": "t/in/#", "retry": "soon" },
        "y": { {{bench.Where}}, "mqtt_client_id": "c", "mqtt_qos": {{qos}}, "mqtt_subscribe": "t/other", "retry": "soon" }
        """);

    /// <summary>Two streams of one client; one of them takes nothing, and is asked for something else with three messages in hand, of which what it is asked for has two.</summary>
    private static async Task<(SecureStream Stream, RecordingHandler Handler, RecordingHandler Other, MqttPeer Peer)> MovedAsync(MqttBench bench, LocalContext context, int qos)
    {
        var (handler, other) = (new RecordingHandler(), new RecordingHandler());
        var stream = context.Create("x", handler);
        stream.Connect();
        var peer = await bench.PeerAsync();
        await peer.AcceptAsync();
        await handler.WaitForStateAsync(SsState.Connected);
        var neighbour = context.Create("y", other);
        neighbour.Connect();
        await peer.AnswerSubscribeAsync();
        await other.WaitForStateAsync(SsState.Connected);
        stream.PauseReceive();
        await peer.PublishAsync("t/in/a", "1,", qos, id: 1);
        await peer.PublishAsync("t/in/b", "2,", qos, id: 2);
        await peer.PublishAsync("t/in/a", "3,", qos, id: 3);
        await peer.PublishAsync("t/other", "other", qos, id: 4);
        Assert.Equal(4, (await peer.ReadAsync(MqttPeer.AnswerTo(qos))).Id);
        context.ApplyOverlay("""{ "s": [{ "x": { "mqtt_subscribe": "t/+/a" } }] }""", "move");
        Assert.Equal("t/in/#", (await peer.ReadAsync(MqttPacketType.Unsubscribe)).Filter);
        return (stream, handler, other, peer);
    }

    private static string X(MqttBench bench) => $"\"x\": {{ {bench.Where}, \"mqtt_client_id\": \"c\", \"mqtt_qos\": 1, \"mqtt_subscribe\": \"t/in\", \"nailed_up\": true, \"retry\": \"soon\" }}";

    /// <summary>A process that connects, subscribes, receives and ends.</summary>
    /// <returns>What it said beside SUBSCRIBE, which a broker that has the session is not asked for when it is there.</returns>
    private async Task<List<MqttPacketType>> RunOnceAsync(MqttBench bench, string streamTypes, bool sessionPresent, string? id = null)
    {
        var context = bench.Context(streamTypes, _state.FullName);
        await using (context)
        {
            var handler = new RecordingHandler();
            var options = new SsStreamOptions();
            if (id is not null)
                options.Metadata["id"] = id;
            await using var stream = context.Create("x", handler, options);
            var peer = await bench.PeerAsync();
            await peer.AcceptOnlyAsync(sessionPresent);
            var subscribe = await peer.AnswerSubscribeAsync();
            await handler.WaitForStateAsync(SsState.Connected);
            await peer.PublishAsync(subscribe.Filter, "one", 1, id: 4);
            await handler.WaitForAsync(static one => one.ReceivedMessages == 1);
            var seen = new List<MqttPacketType>();
            var ending = context.DisposeAsync();
            while (await peer.ReadAsync().OrFail(() => $"The connection does not end after {string.Join(' ', seen)}.") is { } packet)
                seen.Add(packet.Type);
            peer.Dispose();
            await ending.AsTask().OrFail(static () => "The context does not end.");
            return seen;
        }
    }
}
