using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>Clients of others at the other end, and another broker in between: what a stream publishes they get, and what they publish a stream gets.</summary>
public class MqttOtherPeerTests(MosquittoFixture mosquitto, AedesFixture aedes)
{
    public static TheoryData<string, string, int> Peers
    {
        get
        {
            var peers = new TheoryData<string, string, int>();
            foreach (var program in MqttPeer.Programs)
            {
                peers.Add(program, "mosquitto", 4);
                peers.Add(program, "mosquitto", 5);
                peers.Add(program, "aedes", 4);
            }

            return peers;
        }
    }

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Messages_go_both_ways_with_every_qos(string program, string broker, int version)
    {
        var port = broker == "mosquitto" ? mosquitto.Broker.Ports.Plain : aedes.Process is null ? 0 : aedes.Port;
        await using var peer = await MqttPeer.ConnectAsync(program, port, MosquittoFixture.Unique("peer"), version);
        for (var qos = 0; qos <= 2; qos++)
        {
            var topic = MosquittoFixture.Unique("both");
            await using var streams = MqttStreams.Open(port, ("x", $"""
                "mqtt_version": {version}, "mqtt_qos": {qos}, "mqtt_clean_start": true, "mqtt_topic": "{topic}/out/größe", "mqtt_subscribe": "{topic}/in/#"
                """));
            var handler = new MqttHandler();
            await using var stream = streams.Context.Create("x", handler);
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Connected);

            Assert.Equal(qos, await peer.SubscribeAsync($"{topic}/out/+", qos));
            handler.Send(stream, "zu dir");
            var message = await peer.WaitForMessageAsync($"{topic}/out/größe");
            Assert.Equal((qos, "zu dir"), (message.Qos, message.Text));
            handler.Send(stream, new byte[200_000]);
            Assert.Equal(200_000, (await peer.WaitForMessageAsync($"{topic}/out/größe", static one => one.Length > 1000)).Length);

            await peer.PublishAsync($"{topic}/in/a/b", Encoding.UTF8.GetBytes("zu uns"), qos);
            await peer.PublishPatternAsync($"{topic}/in", 200_000, qos);
            await handler.WaitForAsync(_ => handler.Messages.Count == 2, what: "two messages");
            Assert.Equal("zu uns", handler.Texts[0]);
            Assert.Equal(MqttPeer.PatternSha256(200_000), MqttHandler.Sha256(handler.Messages[1]));
            if (qos > 0)
                await handler.WaitForStateAsync(SsState.QosAckRemote, times: 2);
            handler.AssertClean();
        }
    }

    [Theory]
    [InlineData("mosquitto", 4, false)]
    [InlineData("mosquitto", 5, false)]
    [InlineData("mosquitto", 4, true)]
    [InlineData("mosquitto", 5, true)]
    [InlineData("aedes", 4, false)]
    public async Task Messages_go_both_ways_over_WebSocket(string broker, int version, bool tls)
    {
        var ports = mosquitto.Broker.Ports;
        var port = broker == "aedes" ? aedes.Process is null ? 0 : aedes.WebSocketPort : tls ? ports.WebSocketTls : ports.WebSocket;
        await EchoAsync("localhost", port, $"""
            "mqtt_over_ws": true, "http_url": "/mqtt", "mqtt_version": {version}{(tls ? """, "tls": true, "tls_trust_store": "test" """ : "")}
            """);
    }

    [Fact]
    public async Task Messages_go_both_ways_over_a_Unix_socket() => await EchoAsync($"+{mosquitto.Broker.SocketPath}", 0, "\"mqtt_version\": 4");

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Wildcards_take_what_they_match_and_nothing_else(int version)
    {
        var broker = mosquitto.Broker;
        var root = MosquittoFixture.Unique("wild");
        await using var streams = MqttStreams.Open(
            broker.Ports.Plain,
            ("plus", $""" "mqtt_client_id": "{root}", "mqtt_version": {version}, "mqtt_qos": 1, "mqtt_clean_start": true, "mqtt_subscribe": "{root}/+/c" """),
            ("hash", $""" "mqtt_client_id": "{root}", "mqtt_version": {version}, "mqtt_qos": 1, "mqtt_clean_start": true, "mqtt_subscribe": "{root}/b/#" """));
        var (plus, hash) = (new MqttHandler(), new MqttHandler());
        await using var one = streams.Context.Create("plus", plus);
        await using var two = streams.Context.Create("hash", hash);
        one.Connect();
        two.Connect();
        await plus.WaitForStateAsync(SsState.Connected);
        await hash.WaitForStateAsync(SsState.Connected);
        foreach (var topic in new[] { "a/c", "a/b/c", "b", "b/x/y", "c", "x//c", "a/c/", "b/c", "end/c", "b/end" })
            await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", $"{root}/{topic}", "-m", topic, "-q", "1");
        await plus.WaitForTextAsync("end/c");
        await hash.WaitForTextAsync("b/end");
        Assert.Equal(["a/c", "b/c", "end/c"], plus.Texts.Distinct());
        Assert.Equal(["b", "b/x/y", "b/c", "b/end"], hash.Texts.Distinct());
        Assert.Equal(1, broker.Count($" as {root} "));
        plus.AssertClean();
        hash.AssertClean();
    }

    private static async Task EchoAsync(string endpoint, int port, string members)
    {
        var topic = MosquittoFixture.Unique("echo");
        await using var streams = MqttStreams.OpenAt(endpoint, port, "\"conceal\": 0", ("x", $"""{members}, "mqtt_clean_start": true, "mqtt_qos": 1, "mqtt_topic": "{topic}", "mqtt_subscribe": "{topic}" """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        handler.Send(stream, "there and back");
        handler.Send(stream, new byte[300_000]);
        await handler.WaitForAsync(_ => handler.Messages.Count == 2 || handler.States.Contains(SsState.AllRetriesFailed), what: "two messages");
        Assert.Equal((14, 300_000), (handler.Messages[0].Length, handler.Messages[1].Length));
        await handler.WaitForStateAsync(SsState.QosAckRemote, times: 2);
        handler.AssertClean();
    }
}
