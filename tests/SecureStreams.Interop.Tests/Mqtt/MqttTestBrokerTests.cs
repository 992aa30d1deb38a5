using System.Globalization;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>That the broker of the tests is one that clients of others can use, in both versions.</summary>
public class MqttTestBrokerTests
{
    public static TheoryData<string, int> Clients
    {
        get
        {
            var clients = new TheoryData<string, int>();
            foreach (var program in MqttPeer.Programs)
            {
                clients.Add(program, 4);
                clients.Add(program, 5);
            }

            return clients;
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_gets_what_it_publishes_and_what_is_retained(string program, int version)
    {
        await using var broker = MqttTestBroker.Start();
        broker.Publish("own/retained", "kept", MqttQos.AtLeastOnce, retain: true);
        await using var peer = await MqttPeer.ConnectAsync(program, broker.Port, "c", version);
        Assert.Equal(2, await peer.SubscribeAsync("own/+", 2));
        Assert.Equal((1, true, "kept"), Told(await peer.WaitForMessageAsync("own/retained")));
        for (var qos = 0; qos <= 2; qos++)
        {
            await peer.PublishAsync($"own/{qos}", Encoding.UTF8.GetBytes($"größe {qos}"), qos);
            Assert.Equal((qos, false, $"größe {qos}"), Told(await peer.WaitForMessageAsync($"own/{qos}")));
        }

        await peer.PublishPatternAsync("own/long", 300_000, 2);
        Assert.Equal(MqttPeer.PatternSha256(300_000), (await peer.WaitForMessageAsync("own/long")).Sha256);
        await broker.WaitForAsync(one => one.PendingFor("c") == 0, "all acknowledged");
        Assert.Equal(["own/0", "own/1", "own/2", "own/long"], broker.Taken.Select(static message => message.Topic));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_was_acknowledged_outlasts_the_broker(string program, int version)
    {
        using var directory = new TemporaryDirectory();
        var journal = Path.Combine(directory.Path, "journal");
        await using (var broker = MqttTestBroker.Start(new MqttBrokerOptions { JournalPath = journal }))
        {
            await using (var peer = await MqttPeer.ConnectAsync(program, broker.Port, "kept", version, clean: false))
                await peer.SubscribeAsync("a/#", 2);
            await broker.WaitForAsync(static one => one.Clients.Count == 0, "the subscriber to be gone");
            await using var publisher = await MqttPeer.ConnectAsync(program, broker.Port, "publisher", version);
            await publisher.PublishAsync("a/1", "one"u8.ToArray(), 1);
            await publisher.PublishAsync("a/2", "two"u8.ToArray(), 2, retain: true);
        }

        await using var again = MqttTestBroker.Start(new MqttBrokerOptions { JournalPath = journal });
        Assert.Equal(["one", "two"], again.Taken.Select(static message => message.Text));
        Assert.Equal("two", again.Retained["a/2"].Text);
        Assert.Equal(2, again.PendingFor("kept"));
        await using var back = await MqttPeer.ConnectAsync(program, again.Port, "kept", version, clean: false);
        Assert.Equal((1, false, "one"), Told(await back.WaitForMessageAsync("a/1")));
        Assert.Equal((2, false, "two"), Told(await back.WaitForMessageAsync("a/2")));
        await again.WaitForAsync(static one => one.PendingFor("kept") == 0, "all acknowledged");
    }

    [Fact]
    public async Task A_takeover_ends_the_connection_of_before_and_publishes_its_will()
    {
        await using var broker = MqttTestBroker.Start();
        await using var subscriber = await MqttPeer.ConnectAsync("paho", broker.Port, "subscriber");
        await subscriber.SubscribeAsync("will", 1);
        var program = Peer.Find("mosquitto_sub") ?? throw Peer.Absent("mosquitto_sub", "mosquitto-clients");
        string[] will = ["--will-topic", "will", "--will-payload", "gone", "--will-qos", "1"];
        await using var first = MosquittoSubscriber.Start(program, ["-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-i", "same", "-t", "x", .. will]);
        await broker.WaitForPacketAsync("x q");
        await using var second = await MqttPeer.ConnectAsync("paho", broker.Port, "same");
        Assert.Equal((1, false, "gone"), Told(await subscriber.WaitForMessageAsync("will")));
    }

    private static (int Qos, bool Retain, string Text) Told(MqttPeerMessage message) => (message.Qos, message.Retain, message.Text);
}
