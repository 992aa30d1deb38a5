using System.Globalization;
using System.Text;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Interop.Tests.Mqtt.Live;

/// <summary>Policies on trial, over mqtt to mosquitto: what does harm is taken back with the reason, what does none holds, and messages that wait for their acknowledgement meanwhile have it in the end.</summary>
public class MqttTrialTests(MosquittoFixture mosquitto, ITestOutputHelper output)
{
    private const int Before = 5;
    private const int During = 20;

    [Theory]
    [InlineData("port", "Connect/ConnectionRefused")]
    [InlineData("password", "Protocol/CredentialsRefused")]
    [InlineData("trust", "Tls/CertificateUntrusted")]
    public async Task What_cuts_the_stream_off_is_taken_back_with_the_reason_and_what_waited_is_acknowledged(string harm, string reason)
    {
        var tls = harm == "trust";
        var (topic, clock) = ($"open/{MosquittoFixture.Unique("trial")}", new HeldClock());
        await using var subscriber = await MosquittoClients.SubscribeAsync(mosquitto.Broker, topic, 1);
        using var log = new TestLog();
        await using var context = Open(tls ? mosquitto.Broker.Ports.Tls : mosquitto.Broker.Ports.Guarded, tls, topic, clock, log);
        var handler = new MqttHandler();
        await using var stream = context.Create("t", handler);
        for (var number = 0; number < Before; number++)
            await SendAsync(stream, number);
        var refused = handler.States.Count(static state => state == SsState.Unreachable);
        var update = context.ApplyOverlay(T(harm switch
        {
            "port" => string.Create(CultureInfo.InvariantCulture, $"\"port\": {FreePort.Next(1)[0]}"),

            // Credentials are for the next connection, which something else asks for.
            "password" => "\"mqtt_password_blob\": \"wrong\", \"mqtt_keep_alive\": 77",
            _ => "\"tls_trust_store\": \"stranger\"",
        }), "harm", new SsPolicyTrialOptions { Duration = HeldClock.Window });
        Assert.True(update.Applied, update.Refusal);
        var waiting = Enumerable.Range(Before, During).Select(number => SendAsync(stream, number)).ToList();
        await handler.WaitForStateAsync(SsState.Unreachable, times: refused + 3);
        clock.End();
        var result = await update.Trial!.Completion.OrFail(() => $"The trial does not end: {update.Trial}");
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.True(result.Recovered, result.ToString());
        var evidence = Assert.Single(result.Evidence, static one => one.StreamType == "t");
        Assert.Contains(evidence.Causes, one => $"{one.Phase}/{one.Code}" == reason && one.Detail is not null);
        Assert.Empty(context.AppliedOverlays);
        await Task.WhenAll(waiting).OrFail(() => $"Messages are not acknowledged: {stream.Explain()}");
        await subscriber.WaitForAsync(Text(Before + During - 1));
        Assert.Equal(Enumerable.Range(0, Before + During).Select(Text), subscriber.Messages.Select(static one => one.Split(' ')[^1]));
        Assert.DoesNotContain(SsState.QosNackRemote, handler.States);
        handler.AssertClean();
    }

    [Fact]
    public async Task A_topic_that_the_broker_does_not_allow_is_taken_back_by_the_share_of_acknowledged_messages()
    {
        var (topic, clock) = ($"open/{MosquittoFixture.Unique("trial")}", new HeldClock());
        using var log = new TestLog();
        await using var context = Open(mosquitto.Broker.Ports.Guarded, tls: false, topic, clock, log);
        var handler = new MqttHandler();
        await using var stream = context.Create("t", handler);
        for (var number = 0; number < Before; number++)
            await SendAsync(stream, number);
        var update = context.ApplyOverlay(T("\"mqtt_topic\": \"closed/x\""), "harm", new SsPolicyTrialOptions { Duration = HeldClock.Window });
        Assert.True(update.Applied, update.Refusal);
        for (var number = 0; number < Before; number++)
        {
            var refusal = await Assert.ThrowsAsync<SsNackException>(() => SendAsync(stream, number));
            Assert.Equal(SsCauseCode.AccessDenied, refusal.Cause.Code);
        }

        clock.End();
        var result = await update.Trial!.Completion.OrFail(() => $"The trial does not end: {update.Trial}");
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        var evidence = Assert.Single(result.Evidence, static one => one.StreamType == "t");
        Assert.Equal((0, Before), (evidence.Acked, evidence.NotAcked));
        Assert.Contains(evidence.Causes, static one => one.Code == SsCauseCode.AccessDenied);
        await SendAsync(stream, Before);
        handler.AssertClean();
    }

    [Theory]
    [InlineData("\"mqtt_keep_alive\": 77")]
    [InlineData("\"mqtt_topic\": \"open/elsewhere\"")]
    [InlineData("\"mqtt_qos\": 2")]
    [InlineData("\"mqtt_version\": 4")]
    public async Task What_does_no_harm_holds(string change)
    {
        var (topic, clock) = ($"open/{MosquittoFixture.Unique("trial")}", new HeldClock());
        using var log = new TestLog();
        await using var context = Open(mosquitto.Broker.Ports.Guarded, tls: false, topic, clock, log);
        var handler = new MqttHandler();
        await using var stream = context.Create("t", handler);
        for (var number = 0; number < Before; number++)
            await SendAsync(stream, number);
        var update = context.ApplyOverlay(T(change), "peace", new SsPolicyTrialOptions { Duration = HeldClock.Window });
        Assert.True(update.Applied, update.Refusal);
        var waiting = Enumerable.Range(Before, During).Select(number => SendAsync(stream, number)).ToList();
        await Task.WhenAll(waiting).OrFail(() => $"Messages are not acknowledged: {stream.Explain()}");
        clock.End();
        var result = await update.Trial!.Completion.OrFail(() => $"The trial does not end: {update.Trial}");
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Confirmed, result.State);
        Assert.Equal(["peace"], context.AppliedOverlays);
        await SendAsync(stream, Before + During);
        Assert.DoesNotContain(SsState.QosNackRemote, handler.States);
        handler.AssertClean();
    }

    private static Task SendAsync(SecureStream stream, int number) =>
        stream.SendAsync(Encoding.ASCII.GetBytes(Text(number)), SsSendFlags.WaitForAck, CancellationToken.None).AsTask().OrFail(() => $"{number} is not acknowledged: {stream.Explain()}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string T(string members) => $$"""{ "s": [{ "t": { {{members}} } }] }""";

    private static LocalContext Open(int port, bool tls, string topic, HeldClock clock, TestLog log)
    {
        var context = SsContext.FromJson(
            string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "soon": { "backoff": [50, 100], "conceal": 65535, "jitterpc": 0 } }],
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }, { "other": "{{TestCertificates.OtherAuthority.Base64Der}}" }],
              "trust_stores": [{ "name": "test", "stack": ["root"] }, { "name": "stranger", "stack": ["other"] }],
              "governor_rate": 60000, "governor_burst": 1000,
              "s": [{ "t": {
                "endpoint": "localhost", "port": {{port}}, "protocol": "mqtt", "mqtt_version": 5, "mqtt_client_id": "{{topic[5..]}}", "mqtt_topic": "{{topic}}", "mqtt_qos": 1, "nailed_up": true, "retry": "soon",
                {{(tls ? "\"tls\": true, \"tls_trust_store\": \"test\"" : "\"mqtt_password_blob\": \"right\"")}}
              } }]
            }
            """),
            new() { LoggerFactory = log, Platform = new SsPlatform { Time = clock } });
        context.Blobs.Write(SsBlobNames.MqttUserName, Encoding.UTF8.GetBytes(MosquittoBroker.User));
        context.Blobs.Write("right", Encoding.UTF8.GetBytes(MosquittoBroker.Password));
        context.Blobs.Write("wrong", "wrong"u8.ToArray());
        return context;
    }
}
