using System.Buffers.Binary;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Network;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>From the dial to Connected: what CONNECT says, what the broker may answer, and how each step can fail.</summary>
public sealed class MqttHandshakeTests
{
    private const string Stable = "\"mqtt_client_id\": \"meter-7\", \"mqtt_topic\": \"t/out\"";

    [Fact]
    public async Task Connect_says_what_the_policy_says()
    {
        await using var bench = new MqttBench(more: Stable + ", \"mqtt_keep_alive\": 30, \"mqtt_will_topic\": \"w/${n}\", \"mqtt_will_message\": \"gone\", \"mqtt_will_qos\": 1, \"mqtt_will_retain\": true, \"metadata\": [{ \"n\": \"\" }]");
        bench.Blobs.Write(SsBlobNames.MqttUserName, "me"u8);
        bench.Blobs.Write(SsBlobNames.MqttPassword, "secret"u8);
        var (run, peer) = await bench.ConnectAsync(setup: static run => run.With("n", "7"), subscribes: false);
        var body = peer.Connect.Body;
        Assert.Equal("\0\u0004MQTT\u0004"u8.ToArray(), body[..7]);

        // User name, password, retained will with QoS 1, no clean session.
        Assert.Equal(0b1110_1100, body[7]);
        Assert.Equal(30, BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(8)));
        Assert.Equal(["meter-7", "w/7", "gone", "me", "secret"], Texts(body));
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task Without_a_client_id_one_is_made_that_every_broker_takes_and_the_session_begins_anew()
    {
        await using var bench = new MqttBench(more: "\"mqtt_topic\": \"t/out\"");
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        var id = Assert.Single(Texts(peer.Connect.Body));
        Assert.Equal(23, id.Length);
        Assert.All(id, static c => Assert.True(char.IsAsciiLetterOrDigit(c)));
        Assert.Equal(0b0000_0010, peer.Connect.Body[7]);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task The_client_id_may_come_from_its_blob()
    {
        await using var bench = new MqttBench(more: "\"mqtt_topic\": \"t/out\"");
        bench.Blobs.Write(SsBlobNames.MqttClientId, "from-blob"u8);
        var (run, peer) = await bench.ConnectAsync(subscribes: false);
        Assert.Equal(["from-blob"], Texts(peer.Connect.Body));
        Assert.Equal(0, peer.Connect.Body[7]);
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task The_token_of_use_auth_is_the_password_and_without_it_nothing_is_attempted()
    {
        await using var bench = new MqttBench(more: Stable + ", \"use_auth\": \"named\"");
        var run = bench.Start();
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsCauseCode.BlobMissing, "use_auth"), (failure.Code, failure.Attribute));

        bench.Blobs.Write("my-token", "token"u8);
        await bench.PeerAsync(); // Of the attempt that ended before CONNECT.
        var (second, peer) = await bench.ConnectAsync(subscribes: false);
        Assert.Equal(["meter-7", "", "token"], Texts(peer.Connect.Body));
        await EndAsync(second, peer);
    }

    [Theory]
    [InlineData(1, SsCauseCode.NotSupported, nameof(RetryClass.Configuration), "mqtt_version")]
    [InlineData(2, SsCauseCode.PeerRefused, nameof(RetryClass.Configuration), "mqtt_client_id")]
    [InlineData(3, SsCauseCode.PeerBusy, nameof(RetryClass.Busy), null)]
    [InlineData(4, SsCauseCode.CredentialsRefused, nameof(RetryClass.Identity), "use_auth")]
    [InlineData(5, SsCauseCode.CredentialsRefused, nameof(RetryClass.Identity), null)]
    public async Task A_refusal_says_why_and_is_retried_accordingly(byte code, SsCauseCode expected, string retry, string? attribute)
    {
        await using var bench = new MqttBench(more: Stable);
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync(code: code);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((expected, retry, attribute, code), (failure.Code, failure.RetryClass.ToString(), failure.Attribute, failure.Status));
        Assert.Contains($"return code {code}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("connected", run.Events);
    }

    [Fact]
    public async Task Connected_comes_after_the_subscription_is_granted()
    {
        await using var bench = new MqttBench(more: MqttBench.Both + ", \"mqtt_qos\": 2");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var subscribe = await peer.ReadAsync(MqttPacketType.Subscribe);
        Assert.Equal(("t/in", 2), (subscribe.Filter, subscribe.AskedQos));
        await run.TurnAsync();
        Assert.Empty(run.Events);
        await peer.SendRawAsync(0x90, 3, (byte)(subscribe.Id >> 8), (byte)subscribe.Id, 1);
        await run.WaitForAsync("connected");
        await EndAsync(run, peer);
    }

    [Fact]
    public async Task A_subscription_that_is_refused_fails_the_attempt_and_the_connection_is_let_go_in_order()
    {
        await using var bench = new MqttBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        await peer.AnswerSubscribeAsync(code: 0x80);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsCauseCode.PeerRefused, "mqtt_subscribe", 0x80), (failure.Code, failure.Attribute, failure.Status));
        await peer.ReadAsync(MqttPacketType.Disconnect);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_message_at_connection_is_acknowledged_before_anything_is_told(int qos)
    {
        await using var bench = new MqttBench(more: Stable + $", \"mqtt_birth_topic\": \"b/here\", \"mqtt_birth_message\": \"born\", \"mqtt_birth_qos\": {qos}, \"mqtt_birth_retain\": true");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.AcceptOnlyAsync();
        var birth = await peer.ReadAsync(MqttPacketType.Publish);
        Assert.Equal(("b/here", "born", qos, true), (birth.Topic, birth.Text, birth.Qos, birth.Retain));
        if (qos > 0)
        {
            await run.TurnAsync();
            Assert.Empty(run.Events);
            await peer.AckAsync(qos == 1 ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, birth.Id);
        }

        if (qos == 2)
        {
            var release = await peer.ReadAsync(MqttPacketType.PublishRelease);
            await peer.AckAsync(MqttPacketType.PublishComplete, release.Id);
        }

        await run.WaitForAsync("connected");
        Assert.DoesNotContain(run.Events, static one => one.StartsWith("ack", StringComparison.Ordinal));
        await EndAsync(run, peer);
    }

    [Theory]
    [InlineData("dial")]
    [InlineData("upgrade")]
    [InlineData("connect")]
    [InlineData("subscribe")]
    [InlineData("birth")]
    public async Task The_attempt_is_given_up_exactly_at_its_bound_wherever_it_stands(string at)
    {
        var sockets = new DeafSockets();
        var clock = new TestSupport.Time.ManualTimeProvider();
        var platform = new SsPlatform { Time = clock };
        if (at == "dial")
            platform = platform with { Sockets = sockets };
        await using var bench = new MqttBench(more: MqttBench.Both + ", \"connect_timeout_ms\": 3000, \"mqtt_birth_topic\": \"b\", \"mqtt_birth_qos\": 1" + (at == "upgrade" ? ", \"mqtt_over_ws\": true, \"http_url\": \"/mqtt\"" : ""), platform: platform);
        var run = bench.Start();
        if (at == "upgrade")
        {
            using var upgrade = new WebSocket.WsPeer(null, (await bench.PeerAsync()).Stream);
            await upgrade.ReadRequestAsync();
        }
        else if (at != "dial")
        {
            var peer = await bench.PeerAsync();
            if (at == "connect")
                await peer.ReadAsync(MqttPacketType.Connect);
            else
                await peer.AcceptOnlyAsync();
            if (at == "birth")
            {
                await peer.AnswerSubscribeAsync();
                await peer.ReadAsync(MqttPacketType.Publish);
            }
            else if (at == "subscribe")
            {
                await peer.ReadAsync(MqttPacketType.Subscribe);
            }
        }
        else
        {
            await sockets.Asked;
        }

        await run.TurnAsync();
        clock.Advance(TimeSpan.FromMilliseconds(2999));
        await run.TurnAsync();
        Assert.Empty(run.Events);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout, "connect_timeout_ms"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains(at switch { "dial" => "connecting", "upgrade" => "answer to the upgrade", "connect" => "CONNACK", _ => "subscription or the message" }, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connect", SsCauseCode.PeerClosed)]
    [InlineData("connack", SsCauseCode.PeerClosed)]
    [InlineData("suback", SsCauseCode.PeerClosed)]
    [InlineData("half", SsCauseCode.PayloadTruncated)]
    public async Task A_broker_that_closes_is_always_reported(string after, SsCauseCode expected)
    {
        await using var bench = new MqttBench();
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        if (after == "connect")
        {
            await peer.ReadAsync(MqttPacketType.Connect);
        }
        else
        {
            await peer.AcceptOnlyAsync();
            var subscribe = after == "connack" ? await peer.ReadAsync(MqttPacketType.Subscribe) : await peer.AnswerSubscribeAsync();
            Assert.Equal("t/in", subscribe.Filter);
            if (after != "connack")
                await run.WaitForAsync("connected");
            if (after == "half")
                await peer.SendRawAsync(MqttPeer.Publish("t/in", "0123456789"u8.ToArray())[..^4]);
        }

        peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal(expected, failure.Code);
        Assert.NotNull(failure.Endpoint);
    }

    [Theory]
    [InlineData("d000", "before CONNACK")]
    [InlineData("20020100", "session is present")]
    [InlineData("2002000900", "")]
    [InlineData("2003000000", "")]
    [InlineData("ff00", "")]
    public async Task What_a_broker_must_not_say_has_a_cause(string hex, string _)
    {
        await using var bench = new MqttBench(more: Stable + ", \"mqtt_clean_start\": true");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        await peer.ReadAsync(MqttPacketType.Connect);
        await peer.SendRawAsync(Convert.FromHexString(hex));
        var gone = peer.Gone;
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (failure.Phase, failure.Code));
        Assert.NotEmpty(failure.Message);
        await gone;
    }

    [Theory]
    [InlineData("3600")] // PUBLISH with QoS 3.
    [InlineData("300300012b")] // A topic with a wildcard.
    [InlineData("3203000161")] // QoS 1 without an identifier.
    [InlineData("32050001610000")] // QoS 1 with the identifier 0.
    [InlineData("82020001")] // SUBSCRIBE, which clients send.
    [InlineData("c000")] // PINGREQ.
    [InlineData("200200000")] // A second CONNACK.
    [InlineData("30ffffffff7f")] // A length of five bytes.
    public async Task What_a_broker_must_not_say_later_has_a_cause_too(string hex)
    {
        await using var bench = new MqttBench();
        var (run, peer) = await bench.ConnectAsync();
        await peer.SendRawAsync(Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "0"));
        var gone = peer.Gone;
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.ProtocolError), (failure.Phase, failure.Code));
        await gone;
    }

    [Theory]
    [InlineData("\"mqtt_topic\": \"t/${x}\", \"mqtt_subscribe\": \"in/${x}\", \"metadata\": [{ \"x\": \"\" }]", "mqtt_subscribe", null)]
    [InlineData("\"mqtt_topic\": \"t\", \"mqtt_subscribe\": \"in/${x}\", \"metadata\": [{ \"x\": \"\" }]", "mqtt_subscribe", "a#")]
    [InlineData("\"mqtt_topic\": \"t\", \"mqtt_client_id\": \"${x}\", \"metadata\": [{ \"x\": \"\" }]", "mqtt_client_id", "")]
    [InlineData("\"mqtt_topic\": \"t\", \"mqtt_will_topic\": \"w/${x}\", \"metadata\": [{ \"x\": \"\" }]", "mqtt_will_topic", "+")]
    public async Task What_metadata_make_impossible_is_told_before_anything_is_dialed(string more, string attribute, string? value)
    {
        await using var bench = new MqttBench(more: more);
        var run = bench.Start(setup: run =>
        {
            if (value is not null)
                run.With("x", value);
        });
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, attribute), (failure.Phase, failure.Code, failure.Attribute));
        Assert.False(bench.HasPeer);
    }

    [Theory]
    [InlineData("404 Not Found", SsCauseCode.PeerRefused, "http_url")]
    [InlineData("503 Service Unavailable", SsCauseCode.PeerBusy, null)]
    [InlineData("101 Switching Protocols", SsCauseCode.ProtocolError, "mqtt_over_ws")]
    [InlineData(null, SsCauseCode.PeerClosed, "mqtt_over_ws")]
    public async Task A_WebSocket_that_is_refused_has_a_cause(string? status, SsCauseCode expected, string? attribute)
    {
        await using var bench = new MqttBench(more: Stable + ", \"mqtt_over_ws\": true, \"http_url\": \"/mqtt\"");
        var run = bench.Start();
        var peer = await bench.PeerAsync();
        using var upgrade = new WebSocket.WsPeer(null, peer.Stream);
        await upgrade.ReadRequestAsync();
        Assert.Equal(("GET /mqtt HTTP/1.1", "mqtt"), (upgrade.Request.FirstLine, upgrade.Request.Find("Sec-WebSocket-Protocol")));
        if (status is not null)
            await upgrade.SendTextAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        else
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.Equal((expected, attribute), (failure.Code, failure.Attribute));

        // The peer sees the end of it.
        Assert.Equal(0, await peer.Stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().OrFail(static () => "The connection stays open."));
    }

    /// <summary>Sockets that connect to nothing.</summary>
    private sealed class DeafSockets : SsSocketDialer
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override async ValueTask<Stream> ConnectAsync(System.Net.EndPoint endPoint, CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("Nobody ever gets here.");
        }
    }

    private static List<string> Texts(byte[] connect)
    {
        var texts = new List<string>();
        for (var at = 10; at < connect.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(connect.AsSpan(at));
            texts.Add(Encoding.UTF8.GetString(connect, at + 2, length));
            at += 2 + length;
        }

        return texts;
    }

    private static async Task EndAsync(TransportRun run, MqttPeer peer)
    {
        run.Close();
        var failure = await run.EndAsync();
        Assert.Equal(SsCauseCode.LocalDisconnect, failure?.Code);
        await peer.ReadAsync(MqttPacketType.Disconnect).OrFail(static () => "No DISCONNECT came.");
        Assert.Null(await peer.ReadAsync());
    }
}
