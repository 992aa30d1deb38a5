using SecureStreams.Codecs.Mqtt;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>What version 5 adds: what both sides state when they connect, reasons, properties, numbers for topics.</summary>
public sealed class MqttFiveTests
{
    private const string Five = "\"mqtt_version\": 5, \"mqtt_client_id\": \"c\", \"mqtt_topic\": \"t/out\"";

    [Theory]
    [InlineData("", "11ffffffff210064")]
    [InlineData(", \"mqtt_session_expiry\": 60, \"mqtt_receive_maximum\": 5, \"mqtt_topic_alias_max\": 3", "110000003c210005220003")]
    [InlineData(", \"mqtt_clean_start\": true", "210064")]
    public async Task Connect_states_session_window_and_numbers(string more, string properties)
    {
        await using var bench = new MqttBench(more: Five + more);
        var (run, peer) = await ConnectAsync(bench);
        var body = peer.Connect.Body;
        Assert.Equal(5, body[6]);
        Assert.Equal(properties, Convert.ToHexStringLower(body[11..(11 + body[10])]));
        await EndAsync(run, peer);
    }

    [Theory]
    [InlineData(0x84, SsCauseCode.NotSupported, "Configuration")]
    [InlineData(0x85, SsCauseCode.PeerRefused, "Configuration")]
    [InlineData(0x86, SsCauseCode.CredentialsRefused, "Identity")]
    [InlineData(0x87, SsCauseCode.CredentialsRefused, "Identity")]
    [InlineData(0x89, SsCauseCode.PeerBusy, "Busy")]
    [InlineData(0x97, SsCauseCode.PeerBusy, "Busy")]
    [InlineData(0x80, SsCauseCode.PeerRefused, "Transient")]
    public async Task A_refusal_comes_with_its_reason_and_its_words(byte code, SsCauseCode expected, string retry)
    {
        await using var bench = new MqttBench(more: Five);
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.ReadAsync(MqttPacketType.Connect);
        await peer.SendRawAsync([0x20, 8, 0, code, 5, 0x1f, 0, 2, (byte)'n', (byte)'o']);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((expected, retry, (int)code, "no"), (failure.Code, failure.RetryClass.ToString(), failure.Status, failure.PeerText));
    }

    [Theory]
    [InlineData(0x8e, SsCauseCode.ClientIdInUse, "Configuration")]
    [InlineData(0x8b, SsCauseCode.PeerBusy, "Busy")]
    [InlineData(0x8d, SsCauseCode.PeerClosed, "Transient")]
    [InlineData(0x98, SsCauseCode.PeerClosed, "Transient")]
    [InlineData(0x00, SsCauseCode.PeerClosed, "Transient")]
    public async Task A_broker_that_ends_it_says_why(byte code, SsCauseCode expected, string retry)
    {
        await using var bench = new MqttBench(more: Five);
        var (run, peer) = await ConnectAsync(bench);
        await peer.SendRawAsync(0xe0, 1, code);
        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((expected, retry), (failure.Code, failure.RetryClass.ToString()));
    }

    [Fact]
    public async Task A_message_that_is_refused_says_why()
    {
        await using var bench = new MqttBench(more: Five + ", \"mqtt_qos\": 1");
        var (run, peer) = await ConnectAsync(bench);
        run.Send("one", "two");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        var two = await peer.ReadAsync(MqttPacketType.Publish);
        await peer.SendRawAsync(0x40, 3, (byte)(one.Id >> 8), (byte)one.Id, 0x87);
        await peer.SendRawAsync(0x40, 3, (byte)(two.Id >> 8), (byte)two.Id, 0x10);
        await run.WaitForAsync("ack-0");
        await run.WaitForAsync("nack-135");
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task The_broker_sets_the_keep_alive_and_the_window()
    {
        await using var bench = new MqttBench(more: Five + ", \"mqtt_qos\": 1, \"mqtt_keep_alive\": 100");
        var (run, peer) = await ConnectAsync(bench, 0x13, 0, 7, 0x21, 0, 2);
        await bench.Clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(7));
        run.Send("one", "two", "three");
        var one = await peer.ReadAsync(MqttPacketType.Publish);
        await peer.ReadAsync(MqttPacketType.Publish);
        await run.TurnAsync();
        Assert.Equal(0, peer.Socket.Available);
        await peer.AckAsync(MqttPacketType.PublishAck, one.Id);
        await peer.ReadAsync(MqttPacketType.Publish);
        peer.Dispose();
        await run.EndAsync();
    }

    [Theory]
    [InlineData(1, new byte[] { 0x24, 0 }, 0x9b)] // Maximum QoS 0.
    [InlineData(1, new byte[] { 0x27, 0, 0, 0, 20 }, 0x95)] // Maximum Packet Size.
    [InlineData(0, new byte[] { 0x27, 0, 0, 0, 20 }, 0x95)]
    [InlineData(0, new byte[] { 0x25, 0 }, 0x9a)] // Retain not available.
    public async Task What_the_broker_cannot_take_is_not_sent(int qos, byte[] properties, int reason)
    {
        await using var bench = new MqttBench(more: Five + $", \"mqtt_qos\": {qos}{(reason == 0x9a ? ", \"mqtt_retain\": true" : "")}");
        var (run, peer) = await ConnectAsync(bench, properties);
        run.Send("a message that is not short");
        await run.WaitForAsync($"nack-{reason}");
        await run.TurnAsync();
        Assert.Equal(0, peer.Socket.Available);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task Metadata_travel_in_user_properties()
    {
        await using var bench = new MqttBench(more: Five + ", \"mqtt_subscribe\": \"in/+\", \"metadata\": [{ \"kind\": \"my-kind\" }, { \"unit\": \"unit\" }, { \"where\": \"$topic\" }]");
        var run = bench.Start(setup: static run => run.With("kind", "warm"));
        var peer = await bench.PeerAsync();
        await AcceptAsync(peer, []);
        var subscribe = await peer.ReadAsync(MqttPacketType.Subscribe);
        await peer.SendRawAsync(0x90, 4, (byte)(subscribe.Id >> 8), (byte)subscribe.Id, 0, 0);
        await run.WaitForAsync("connected");
        run.Send("x");
        var seen = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal([16, 0x26, 0, 7, .. "my-kind"u8, 0, 4, .. "warm"u8, (byte)'x'], seen.Body[7..]);

        byte[] message = [0, 4, .. "in/7"u8, 12, 0x26, 0, 4, .. "unit"u8, 0, 1, (byte)'C', 0x01, 1, (byte)'y'];
        message[6] = (byte)(message.Length - 8);
        await peer.SendRawAsync([0x30, (byte)message.Length, .. message]);
        await run.WaitForAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage));
        Assert.Equal(("C", "in/7", "warm"), (run.Metadata.Get("unit"), run.Metadata.Get("where"), run.Metadata.Get("kind")));
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task Topics_get_numbers_both_ways()
    {
        await using var bench = new MqttBench(more: Five + ", \"mqtt_topic_alias_max\": 2, \"mqtt_subscribe\": \"in/+\", \"metadata\": [{ \"where\": \"$topic\" }]");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await AcceptAsync(peer, [0x22, 0, 1]);
        var subscribe = await peer.ReadAsync(MqttPacketType.Subscribe);
        await peer.SendRawAsync(0x90, 4, (byte)(subscribe.Id >> 8), (byte)subscribe.Id, 0, 0);
        await run.WaitForAsync("connected");
        run.Send("x", "y");
        Assert.Equal([0, 5, .. "t/out"u8, 3, 0x23, 0, 1, (byte)'x'], (await peer.ReadAsync(MqttPacketType.Publish)).Body);
        Assert.Equal([0, 0, 3, 0x23, 0, 1, (byte)'y'], (await peer.ReadAsync(MqttPacketType.Publish)).Body);

        await peer.SendRawAsync([0x30, 11, 0, 4, .. "in/1"u8, 3, 0x23, 0, 2, (byte)'a']);
        await peer.SendRawAsync([0x30, 7, 0, 0, 3, 0x23, 0, 2, (byte)'b']);
        await run.WaitForCountAsync("rx-" + (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage), 2);
        Assert.Equal(("ab", "in/1"), (run.ReceivedText, run.Metadata.Get("where")));

        // One that was never given a topic.
        await peer.SendRawAsync([0x30, 7, 0, 0, 3, 0x23, 0, 1, (byte)'c']);
        var gone = peer.Gone;
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.ProtocolError, failure?.Code);
        await gone;
    }

    [Fact]
    public async Task A_broker_that_sends_more_than_the_window_is_not_left()
    {
        await using var bench = new MqttBench(more: Five + ", \"mqtt_receive_maximum\": 2");
        var (run, peer) = await ConnectAsync(bench);
        byte[] three = [0x34, 6, 0, 1, (byte)'a', 0, 1, 0, 0x34, 6, 0, 1, (byte)'a', 0, 2, 0, 0x34, 6, 0, 1, (byte)'a', 0, 3, 0];
        await peer.SendRawAsync(three);
        for (var id = 1; id <= 3; id++)
            Assert.Equal(id, (await peer.ReadAsync(MqttPacketType.PublishReceived)).Id);
        Assert.Single(bench.Log.Entries, static entry => entry.ToString().Contains("mqtt_receive_maximum", StringComparison.Ordinal));
        await EndAsync(run, peer);
    }

    private static async Task AcceptAsync(MqttPeer peer, byte[] properties)
    {
        await peer.ReadConnectAsync();
        await peer.SendRawAsync([0x20, (byte)(3 + properties.Length), 0, 0, (byte)properties.Length, .. properties]);
    }

    private static async Task<(TransportRun Run, MqttPeer Peer)> ConnectAsync(MqttBench bench, params byte[] properties)
    {
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await AcceptAsync(peer, properties);
        await run.WaitForAsync("connected");
        return (run, peer);
    }

    private static async Task EndAsync(TransportRun run, MqttPeer peer)
    {
        run.Close();
        Assert.Equal(SsCauseCode.LocalDisconnect, (await run.EndAsync())?.Code);
        peer.Dispose();
    }
}
