using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>That brokers and clients of others are what the stream tests take them for, told by one another.</summary>
public class MqttFixtureTests(MosquittoFixture mosquitto, AedesFixture aedes)
{
    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var program in MqttPeer.Programs)
            {
                pairs.Add(program, "mosquitto 4");
                pairs.Add(program, "mosquitto 5");
                pairs.Add(program, "aedes 4");
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_client_gets_what_it_publishes_with_every_qos(string program, string broker)
    {
        var port = broker.StartsWith("aedes", StringComparison.Ordinal) ? aedes.Process is null ? 0 : aedes.Port : mosquitto.Broker.Ports.Plain;
        var topic = MosquittoFixture.Unique("own");
        await using var peer = await MqttPeer.ConnectAsync(program, port, MosquittoFixture.Unique("c"), version: broker[^1] - '0');
        Assert.Equal(2, await peer.SubscribeAsync($"{topic}/+", 2));
        for (var qos = 0; qos <= 2; qos++)
        {
            await peer.PublishAsync($"{topic}/{qos}", Encoding.UTF8.GetBytes($"größe {qos}"), qos);
            var message = await peer.WaitForMessageAsync($"{topic}/{qos}");
            Assert.Equal((qos, false, $"größe {qos}"), (message.Qos, message.Retain, message.Text));
        }

        await peer.PublishPatternAsync($"{topic}/long", 300_000, 1);
        Assert.Equal(MqttPeer.PatternSha256(300_000), (await peer.WaitForMessageAsync($"{topic}/long")).Sha256);
        Assert.Equal(4, peer.Messages.Count);
    }

    [Fact]
    public async Task Mosquitto_serves_every_listener_and_its_log_tells_of_it()
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("each");
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, topic, 2);
        using var directory = new TemporaryDirectory();

        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", topic, "-m", "plain", "-i", $"{topic}-plain");
        await MosquittoClients.PublishAsync(broker.Ports.Tls, ["-t", topic, "-m", "tls", "-q", "1", "-h", "localhost", .. MosquittoClients.TlsArguments(directory.Path, null)]);
        await MosquittoClients.PublishAsync(
            broker.Ports.ClientCertificate, ["-t", topic, "-m", "identity", "-q", "1", "-h", "localhost", .. MosquittoClients.TlsArguments(directory.Path, TestCertificates.Client)]);
        await Assert.ThrowsAsync<CheckFailedException>(() => MosquittoClients.PublishAsync(
            broker.Ports.ClientCertificate, ["-t", topic, "-m", "no identity", "-q", "1", "-h", "localhost", .. MosquittoClients.TlsArguments(directory.Path, null)]));
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", topic, "-m", "socket", "-q", "1", "--unix", broker.SocketPath);

        foreach (var (text, qos) in new[] { ("plain", 0), ("tls", 1), ("identity", 1), ("socket", 1) })
            Assert.Equal($"{topic} {qos} 0 {text}", await subscriber.WaitForAsync(text));
        Assert.Equal(4, subscriber.Messages.Count);
        Assert.Matches(@"^New client connected from 127\.0\.0\.1:\d+ as .* \(p2, c1, k60\)\.$", await broker.WaitForLogAsync($" as {topic}-plain "));
    }

    [Fact]
    public async Task Mosquitto_knows_its_user_and_what_the_user_may_do()
    {
        var broker = mosquitto.Broker;
        var topic = MosquittoFixture.Unique("guarded");
        string[] user = ["-u", MosquittoBroker.User, "-P", MosquittoBroker.Password, "-m", "x", "-q", "1", "-V", "5"];
        await MosquittoClients.PublishAsync(broker.Ports.Guarded, ["-t", $"open/{topic}", .. user]);
        await broker.WaitForLogAsync($"'open/{topic}'");

        await Assert.ThrowsAsync<CheckFailedException>(() => MosquittoClients.PublishAsync(broker.Ports.Guarded, "-t", $"open/{topic}", "-m", "x", "-q", "1"));
        await Assert.ThrowsAsync<CheckFailedException>(() => MosquittoClients.PublishAsync(broker.Ports.Guarded, "-t", $"open/{topic}", "-m", "x", "-u", MosquittoBroker.User, "-P", "wrong"));

        // The client tells of the refusal and ends well; the broker's log has it.
        await MosquittoClients.PublishAsync(broker.Ports.Guarded, ["-t", $"closed/{topic}", .. user]);
        Assert.StartsWith("Denied PUBLISH from ", await broker.WaitForLogAsync($"'closed/{topic}'"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mosquitto_starts_again_on_its_ports_and_keeps_messages_only_when_it_ended_in_order(bool orderly)
    {
        await using var broker = await MosquittoBroker.StartAsync(new() { Persists = true });
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", "kept", "-m", "before", "-q", "1", "-r");
        await (orderly ? broker.StopAsync() : broker.KillAsync());
        await broker.StartAgainAsync();
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", "other", "-m", "after", "-q", "1", "-r");
        await using var subscriber = await MosquittoClients.SubscribeAsync(broker, "#", 1);
        await subscriber.WaitForAsync("after");

        // All that is retained comes before anything published later.
        await MosquittoClients.PublishAsync(broker.Ports.Plain, "-t", "end", "-m", "end", "-q", "1");
        await subscriber.WaitForAsync("end");
        Assert.Equal(orderly ? ["kept 1 1 before", "other 1 1 after"] : ["other 1 1 after"], subscriber.Messages.SkipLast(1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_long_payload_comes_out_of_mosquitto_as_it_went_in()
    {
        var topic = MosquittoFixture.Unique("long");
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "payload");
        var bytes = new byte[1_000_000];
        for (var at = 0; at < bytes.Length; at++)
            bytes[at] = MqttPeer.Pattern(at);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var received = await MosquittoClients.ReceiveOneAsync(mosquitto.Broker, topic, 2, () => MosquittoClients.PublishFileAsync(mosquitto.Broker.Ports.Plain, topic, file, 2));
        Assert.Equal((bytes.Length, MqttPeer.PatternSha256(bytes.Length)), received);
    }
}
