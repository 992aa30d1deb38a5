using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>Messages of the broker on their way to a stream.</summary>
public sealed class MqttReceiveTests
{
    private const string In = "\"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t/out\", \"mqtt_subscribe\": \"t/in\", \"mqtt_qos\": 2";

    [Fact]
    public async Task A_message_is_answered_when_the_stream_has_had_it()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("t/in", "zero");
        await peer.PublishAsync("t/in", "one", qos: 1, id: 10);
        Assert.Equal(10, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal("zeroone", run.ReceivedText);
        Assert.Equal(2, run.Count("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage)));
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task A_message_of_QoS_2_is_given_once_however_often_it_comes()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("t/in", "two", qos: 2, id: 7);
        Assert.Equal(7, (await peer.ReadAsync(MqttPacketType.PublishReceived)).Id);
        await peer.PublishAsync("t/in", "two", qos: 2, id: 7, duplicate: true);
        Assert.Equal(7, (await peer.ReadAsync(MqttPacketType.PublishReceived)).Id);
        await peer.AckAsync(MqttPacketType.PublishRelease, 7);
        Assert.Equal(7, (await peer.ReadAsync(MqttPacketType.PublishComplete)).Id);
        Assert.Equal("two", run.ReceivedText);

        // The identifier is free: another message.
        await peer.PublishAsync("t/in", "new", qos: 2, id: 7);
        Assert.Equal(7, (await peer.ReadAsync(MqttPacketType.PublishReceived)).Id);
        Assert.Equal("twonew", run.ReceivedText);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task A_message_of_QoS_2_is_given_once_over_a_reconnect_too()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("t/in", "two", qos: 2, id: 7);
        await peer.ReadAsync(MqttPacketType.PublishReceived);
        await peer.BreakAsync();
        await run.EndAsync();

        var second = bench.Start();
        var again = await bench.PeerAsync();
        await again.AcceptOnlyAsync(sessionPresent: true);
        await second.WaitForAsync("connected");
        await again.PublishAsync("t/in", "two", qos: 2, id: 7, duplicate: true);
        await again.ReadAsync(MqttPacketType.PublishReceived);
        await again.AckAsync(MqttPacketType.PublishRelease, 7);
        await again.ReadAsync(MqttPacketType.PublishComplete);
        Assert.Empty(second.Received);
        await EndAsync(second, again);
    }

    [Fact]
    public async Task A_large_message_comes_in_pieces_and_is_answered_at_its_end()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        var message = new byte[2 * 1024 * 1024];
        DeterministicBytes.Fill(message, 3);
        await peer.SendRawAsync(MqttPeer.Publish("t/in", message, qos: 1, id: 3));
        Assert.Equal(3, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(message, run.Received);
        Assert.All(run.PieceLengths, static length => Assert.InRange(length, 1, 16 * 1024));
        Assert.Equal((1, 1), (run.Count("rx-som"), run.Count("rx-eom")));
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task What_is_cut_at_every_byte_comes_all_the_same()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        peer.Socket.NoDelay = true;
        foreach (var one in MqttPeer.Publish("t/in", "message"u8.ToArray(), qos: 1, id: 258))
        {
            await peer.SendRawAsync(one);
            await run.TurnAsync();
        }

        Assert.Equal(258, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal("message", run.ReceivedText);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task While_the_stream_is_paused_its_message_is_not_answered()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync(setup: static run => run.OnEvent = what =>
        {
            if (what == "connected")
                run.Transport.PauseReceiveOnMailbox(true);
        });
        await peer.PublishAsync("t/in", "one", qos: 1, id: 1);
        await peer.PublishAsync("t/in", "two", qos: 1, id: 2);
        await run.TurnAsync();
        Assert.Equal(0, peer.Socket.Available);
        Assert.Empty(run.Received);
        run.Pause(false);
        Assert.Equal(1, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal(2, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Equal("onetwo", run.ReceivedText);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task A_message_that_nobody_subscribes_to_any_more_is_answered_and_dropped()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("else/where", "x", qos: 1, id: 9);
        Assert.Equal(9, (await peer.ReadAsync(MqttPacketType.PublishAck)).Id);
        Assert.Empty(run.Received);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task A_message_over_the_limit_ends_the_stream_with_a_cause()
    {
        await using var bench = new MqttBench(more: In + ", \"max_message_bytes\": 10");
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("t/in", "0123456789");
        await peer.PublishAsync("t/in", "0123456789x", qos: 0);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTooLarge, "max_message_bytes"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Equal("0123456789", run.ReceivedText);
        await peer.ReadAsync(MqttPacketType.Disconnect);
    }

    [Fact]
    public async Task An_empty_message_is_one_too()
    {
        await using var bench = new MqttBench(more: In);
        var (run, peer) = await bench.ConnectAsync();
        await peer.PublishAsync("t/in", "", qos: 1, id: 4);
        await peer.ReadAsync(MqttPacketType.PublishAck);
        Assert.Equal(1, run.Count("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage)));
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task What_a_message_is_besides_its_payload_is_told_in_metadata()
    {
        await using var bench = new MqttBench(more: In.Replace("t/in", "t/#", StringComparison.Ordinal)
            + ", \"metadata\": [{ \"where\": \"$topic\" }, { \"qos\": \"$qos\" }, { \"kept\": \"$retain\" }, { \"again\": \"$dup\" }]");
        var seen = new List<string>();
        var (run, peer) = await bench.ConnectAsync(setup: run => run.OnPiece = piece =>
            seen.Add($"{System.Text.Encoding.UTF8.GetString(piece)}: {string.Join(' ', new[] { "where", "qos", "kept", "again" }.Select(name => run.Metadata.Get(name)))}"));
        await peer.PublishAsync("t/a", "live");
        await peer.PublishAsync("t/a", "kept", retain: true);
        await peer.PublishAsync("t/a", "one", qos: 1, id: 1);
        await peer.PublishAsync("t/b", "two", qos: 2, id: 2, duplicate: true);
        await peer.PublishAsync("t/b", "end");
        await run.WaitForCountAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage), 5);
        Assert.Equal(["live: t/a 0 0 0", "kept: t/a 0 1 0", "one: t/a 1 0 0", "two: t/b 2 0 1", "end: t/b 0 0 0"], seen);
        await EndAsync(run, peer);
    }

    private static async Task EndAsync(TransportRun run, MqttPeer peer)
    {
        run.Close();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())?.Code);
        peer.Dispose();
    }
}
