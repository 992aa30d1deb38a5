using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Messages of a stream on their way to the broker.</summary>
public sealed class MqttPublishTests
{
    private const string Out = "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t/out\"";

    [Fact]
    public async Task Messages_of_one_flush_leave_in_order_and_in_one_write()
    {
        await using var bench = new MqttBench(more: Out + ", \"mqtt_retain\": true");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one", "two", "");
        foreach (var text in (string[])["one", "two", ""])
        {
            var seen = await peer.ReadAsync(MqttPacketType.Publish);
            Assert.Equal(("t/out", text, 0, true, false), (seen.Topic, seen.Text, seen.Qos, seen.Retain, seen.Duplicate));
        }

        Assert.DoesNotContain(run.Events, static one => one.StartsWith("ack", StringComparison.Ordinal));
        await EndAsync(run);
    }

    [Fact]
    public async Task Of_QoS_1_each_message_is_acknowledged_by_its_PUBACK()
    {
        await using var bench = new MqttBench(more: Out + ", \"mqtt_qos\": 1");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one", "two");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        var two = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal((1, 1), (one.Qos, two.Qos));
        Assert.NotEqual(one.Id, two.Id);
        await run.TurnAsync();
        Assert.Equal(0, run.Count("ack-0"));
        await peer.AckAsync(MqttPacketType.PublishAck, one.Id);
        await run.WaitForAsync("ack-0");
        Assert.Equal(1, run.Count("ack-0"));
        await peer.AckAsync(MqttPacketType.PublishAck, two.Id);
        await run.WaitForCountAsync("ack-0", 2);
        await EndAsync(run);
    }

    [Fact]
    public async Task Of_QoS_2_a_message_is_acknowledged_by_its_PUBCOMP()
    {
        await using var bench = new MqttBench(more: Out + ", \"mqtt_qos\": 2");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("one");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(2, one.Qos);
        await peer.AckAsync(MqttPacketType.PublishReceived, one.Id);
        var release = await peer.ReadAsync(MqttPacketType.PublishRelease);
        Assert.Equal((one.Id, 2), (release.Id, release.Flags));
        await run.TurnAsync();
        Assert.Equal(0, run.Count("ack-0"));
        await peer.AckAsync(MqttPacketType.PublishComplete, one.Id);
        await run.WaitForAsync("ack-0");
        await EndAsync(run);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_large_message_leaves_whole(int qos)
    {
        await using var bench = new MqttBench(more: Out + $", \"mqtt_qos\": {qos}");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        var message = new byte[3 * 1024 * 1024];
        DeterministicBytes.Fill(message, 7);
        run.SendLarge(message);
        var seen = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(message, seen.Payload);
        run.Send("after");
        if (qos > 0)
            await peer.AckAsync(qos == 1 ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, seen.Id);
        if (qos == 2)
        {
            var next = (await peer.ReadAsync())!;
            if (next.Type == MqttPacketType.Publish)
                next = (await peer.ReadAsync())!;
            Assert.Equal(MqttPacketType.PublishRelease, next.Type);
            await peer.AckAsync(MqttPacketType.PublishComplete, seen.Id);
        }

        if (qos > 0)
            await run.WaitForAsync("ack-0");
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task The_topic_follows_the_metadata_message_by_message()
    {
        await using var bench = new MqttBench(more: "\"mqtt_topic\": \"d/${x}/up\", \"metadata\": [{ \"x\": \"\" }]");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("unset");
        await run.WaitForAsync("nack-0");
        Assert.Equal((SsCauseCode.MetadataUnusable, "mqtt_topic"), (run.Refusal!.Code, run.Refusal.Attribute));
        run.Post(() => run.With("x", "1"));
        run.Send("one");
        Assert.Equal("d/1/up one", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        run.Post(() => run.With("x", "two"));
        run.Send("two");
        Assert.Equal("d/two/up two", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        run.Post(() => run.With("x", "+"));
        run.Send("wild");
        await run.WaitForCountAsync("nack-0", 2);
        Assert.Contains("wildcard", run.Refusal!.Message, StringComparison.Ordinal);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_topic_that_is_changed_after_the_room_was_taken_is_the_new_one()
    {
        await using var bench = new MqttBench(more: "\"mqtt_topic\": \"d/${x}\", \"metadata\": [{ \"x\": \"\" }]");
        var (run, peer) = await bench.ConnectAsync(setup: static run => run.With("x", "old"), subscribes: false);
        run.Post(() =>
        {
            var span = run.Transport.Writer.GetSpan();
            "payload"u8.CopyTo(span);
            run.With("x", "much-longer-than-before");
            run.Transport.Writer.Advance(7, SsTxFlags.WholeMessage);
            run.Transport.Writer.ReleaseOnMailbox();
            run.Transport.Writer.FlushOnMailbox();
        });
        Assert.Equal("d/much-longer-than-before payload", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        await EndAsync(run);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_and_those_around_it_are_not()
    {
        await using var bench = new MqttBench(more: Out + ", \"max_message_bytes\": 10");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send("0123456789", "0123456789x", "after");
        Assert.Equal("t/out 0123456789", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        Assert.Equal("t/out after", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        await run.WaitForAsync("nack-0");
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, "max_message_bytes"), (run.Refusal!.Phase, run.Refusal.Code, run.Refusal.Attribute));
        await EndAsync(run);
    }

    [Fact]
    public async Task A_stream_without_a_topic_is_told_that_it_cannot_publish()
    {
        await using var bench = new MqttBench(more: "\"mqtt_subscribe\": \"t/in\"");
        var (run, _) = await bench.ConnectAsync();
        run.Send("x");
        await run.WaitForAsync("nack-0");
        Assert.Equal("mqtt_topic", run.Refusal!.Attribute);
        await EndAsync(run);
    }

    [Fact]
    public async Task What_is_rolled_back_never_leaves_however_it_is_cut()
    {
        await using var bench = new MqttBench(more: Out);
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            Put(writer, "a", SsTxFlags.StartOfMessage);
            writer.ReleaseOnMailbox();

            // The message is ended, another one too, and a third begun: all of that is taken back.
            Put(writer, "no", SsTxFlags.EndOfMessage);
            Put(writer, "never", SsTxFlags.WholeMessage);
            Put(writer, "ne", SsTxFlags.StartOfMessage);
            writer.RollbackOnMailbox();
            Put(writer, "b", SsTxFlags.None);
            writer.ReleaseOnMailbox();
            Put(writer, "no", SsTxFlags.None);
            writer.RollbackOnMailbox();
            Put(writer, "c", SsTxFlags.EndOfMessage);
            Put(writer, "d", SsTxFlags.WholeMessage);
            writer.ReleaseOnMailbox();
            writer.FlushOnMailbox();
        });
        Assert.Equal("t/out abc", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        Assert.Equal("t/out d", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        await EndAsync(run);
    }

    [Theory]
    [InlineData(SsTxFlags.None)]
    [InlineData(SsTxFlags.EndOfMessage)]
    public async Task A_piece_that_was_too_much_and_is_taken_back_costs_the_message_nothing(SsTxFlags flags)
    {
        await using var bench = new MqttBench(more: Out + ", \"max_message_bytes\": 4");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            Put(writer, "ab", SsTxFlags.StartOfMessage);
            writer.ReleaseOnMailbox();
            Put(writer, "too much", flags);
            if (flags != SsTxFlags.None)
                Put(writer, "next", SsTxFlags.WholeMessage);
            writer.RollbackOnMailbox();
            Put(writer, "cd", SsTxFlags.EndOfMessage);
            writer.ReleaseOnMailbox();
            writer.FlushOnMailbox();
        });
        Assert.Equal("t/out abcd", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        Assert.Null(run.Refusal);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_piece_that_is_too_much_costs_the_message_and_not_the_next()
    {
        await using var bench = new MqttBench(more: Out + ", \"max_message_bytes\": 4");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            Put(writer, "ab", SsTxFlags.StartOfMessage);
            writer.ReleaseOnMailbox();
            Put(writer, "too much", SsTxFlags.None);
            writer.ReleaseOnMailbox();
            Put(writer, "c", SsTxFlags.EndOfMessage);
            Put(writer, "next", SsTxFlags.WholeMessage);
            writer.ReleaseOnMailbox();
            writer.FlushOnMailbox();
        });
        Assert.Equal("t/out next", Of(await peer.ReadAsync(MqttPacketType.Publish)));
        await run.WaitForAsync("nack-0");
        Assert.Equal(SsCauseCode.PayloadTooLarge, run.Refusal!.Code);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_piece_out_of_order_is_refused_where_it_is_committed()
    {
        await using var bench = new MqttBench(more: Out);
        var (run, _) = await bench.ConnectAsync(subscribes: false);
        var told = new List<string>();
        run.Post(() =>
        {
            var writer = run.Transport.Writer;
            told.Add(Assert.Throws<InvalidOperationException>(() => writer.Advance(0, SsTxFlags.None)).Message);
            writer.Advance(0, SsTxFlags.StartOfMessage);
            told.Add(Assert.Throws<InvalidOperationException>(() => writer.Advance(0, SsTxFlags.StartOfMessage)).Message);
            told.Add(Assert.Throws<InvalidOperationException>(() => writer.Advance(0, SsTxFlags.EndOfStream)).Message);
            writer.RollbackOnMailbox();
        });
        await run.TurnAsync();
        Assert.Equal(3, told.Count);
        await EndAsync(run);
    }

    [Fact]
    public async Task The_window_holds_back_what_the_broker_has_not_answered()
    {
        await using var bench = new MqttBench(more: Out + ", \"mqtt_qos\": 1");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        run.Send([.. Enumerable.Range(0, 150).Select(static i => $"m{i}")]);
        var seen = new List<MqttSeen>();
        for (var i = 0; i < 100; i++)
            seen.Add(await peer.ReadAsync(MqttPacketType.Publish));
        Assert.Equal(0, peer.Socket.Available);
        await peer.AckAsync(MqttPacketType.PublishAck, seen[0].Id);
        Assert.Equal("m100", (await peer.ReadAsync(MqttPacketType.Publish)).Text);
        Assert.Equal(0, peer.Socket.Available);
        await EndAsync(run, peer);
    }

    private static string Of(MqttSeen seen) => $"{seen.Topic} {seen.Text}";

    private static void Put(TransportWriter writer, string text, SsTxFlags flags) => writer.Advance(Encoding.UTF8.GetBytes(text, writer.GetSpan()), flags);

    /// <summary>The peer, where one is given, goes then: what it has not answered is not waited for any longer.</summary>
    private static async Task EndAsync(TransportRun run, MqttPeer? peer = null)
    {
        run.Close();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())?.Code);
        peer?.Dispose();
    }
}
