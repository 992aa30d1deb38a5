using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>TLS with and without certificates of clients, user names and passwords, and what a user may do.</summary>
public class MqttCredentialTests(MosquittoFixture mosquitto, AedesFixture aedes)
{
    private const string Tls = """ "tls": true, "tls_trust_store": "test", "mqtt_clean_start": true """;

    [Fact]
    public async Task A_stream_over_tls_gets_what_it_publishes()
    {
        await EchoAsync(mosquitto.Broker.Ports.Tls, Tls, static _ => { });
    }

    [Fact]
    public async Task The_certificate_of_a_client_lets_it_in()
    {
        await EchoAsync(
            mosquitto.Broker.Ports.ClientCertificate,
            $"""{Tls}, "tls_cert_blob": "own" """,
            static context => context.Blobs.Write("own", Encoding.UTF8.GetBytes(TestCertificates.Client.ChainPem + TestCertificates.Client.KeyPem)));
        await mosquitto.Broker.WaitForLogAsync("u'client.test')");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_right_certificate_it_stays_outside_and_the_cause_says_why(bool stranger)
    {
        await using var streams = MqttStreams.OpenOnce(
            mosquitto.Broker.Ports.ClientCertificate, ("x", $"""{Tls}, "mqtt_subscribe": "x"{(stranger ? ", \"tls_cert_blob\": \"own\"" : "")}"""));
        using var own = TestCertificates.OtherAuthority.Issue(new TestCertificateOptions { Hosts = ["client.test"], ForServer = false });
        streams.Context.Blobs.Write("own", Encoding.UTF8.GetBytes(own.ChainPem + own.KeyPem));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Tls, SsCauseCode.ClientCertificateRefused), (cause.Phase, cause.Code));
        Assert.DoesNotContain(SsState.Connected, handler.States);
        handler.AssertClean();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task The_right_password_lets_it_in(int version)
    {
        await EchoAsync(mosquitto.Broker.Ports.Guarded, $"""
            "mqtt_version": {version}, "mqtt_clean_start": true
            """, static context => Identify(context, MosquittoBroker.Password), "open/");
        await mosquitto.Broker.WaitForLogAsync($"u'{MosquittoBroker.User}')");
    }

    [Theory]
    [InlineData(4, "wrong")]
    [InlineData(5, "wrong")]
    [InlineData(4, null)]
    [InlineData(5, null)]
    public async Task A_wrong_password_or_none_is_told_as_such(int version, string? password)
    {
        await using var streams = MqttStreams.OpenOnce(mosquitto.Broker.Ports.Guarded, ("x", $"""
            "mqtt_version": {version}, "mqtt_clean_start": true, "mqtt_subscribe": "open/x"
            """));
        if (password is not null)
            Identify(streams.Context, password);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.CredentialsRefused), (cause.Phase, cause.Code));
        Assert.DoesNotContain(MosquittoBroker.Password, streams.LastDetail.ToString(), StringComparison.Ordinal);
        handler.AssertClean();
    }

    [Fact]
    public async Task What_a_user_may_not_publish_is_refused_with_the_reason_in_version_5()
    {
        await using var streams = MqttStreams.Open(mosquitto.Broker.Ports.Guarded, ("x", $$"""
            "mqtt_version": 5, "mqtt_clean_start": true, "mqtt_qos": 1, "metadata": [{ "where": "" }], "mqtt_topic": "${where}/{{MosquittoFixture.Unique("acl")}}"
            """));
        Identify(streams.Context, MosquittoBroker.Password);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler, new() { Metadata = { ["where"] = "closed" } });
        handler.Send(stream, "no");
        await handler.WaitForStateAsync(SsState.QosNackRemote);
        var change = handler.LastOf(SsState.QosNackRemote);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.AccessDenied, 0x87), (change.Cause.Phase, change.Cause.Code, change.Ack));

        // The stream goes on.
        stream.SetMetadata("where", "open");
        handler.Send(stream, "yes");
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        Assert.DoesNotContain(SsState.Disconnected, handler.States);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_broker_of_3_1_1_acknowledges_what_it_drops_so_the_stream_cannot_tell()
    {
        var topic = MosquittoFixture.Unique("acl");
        await using var streams = MqttStreams.Open(mosquitto.Broker.Ports.Guarded, ("x", $"""
            "mqtt_clean_start": true, "mqtt_qos": 1, "mqtt_topic": "closed/{topic}"
            """));
        Identify(streams.Context, MosquittoBroker.Password);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        handler.Send(stream, "no");
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        Assert.StartsWith("Denied PUBLISH from ", await mosquitto.Broker.WaitForLogAsync($"'closed/{topic}'"), StringComparison.Ordinal);
        handler.AssertClean();
    }

    [Fact]
    public async Task What_a_client_may_not_subscribe_to_is_refused()
    {
        _ = aedes.Process;
        await using var streams = MqttStreams.OpenOnce(aedes.Port, ("x", """
            "mqtt_clean_start": true, "mqtt_subscribe": "closed/x"
            """));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Protocol, SsCauseCode.PeerRefused), (cause.Phase, cause.Code));
        Assert.Contains("0x80", streams.LastDetail.Message, StringComparison.Ordinal);
        Assert.Contains("mqtt_subscribe", streams.LastDetail.ToString(), StringComparison.Ordinal);
        handler.AssertClean();
    }

    private static void Identify(LocalContext context, string password)
    {
        context.Blobs.Write(SsBlobNames.MqttUserName, Encoding.UTF8.GetBytes(MosquittoBroker.User));
        context.Blobs.Write(SsBlobNames.MqttPassword, Encoding.UTF8.GetBytes(password));
    }

    private static async Task EchoAsync(int port, string members, Action<LocalContext> arrange, string prefix = "")
    {
        var topic = prefix + MosquittoFixture.Unique("own");
        await using var streams = MqttStreams.Open(port, ("x", $"""{members}, "mqtt_qos": 1, "mqtt_topic": "{topic}", "mqtt_subscribe": "{topic}" """));
        arrange(streams.Context);
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        handler.Send(stream, "there and back");
        await handler.WaitForTextAsync("there and back");
        await handler.WaitForStateAsync(SsState.QosAckRemote);
        handler.AssertClean();
    }
}
