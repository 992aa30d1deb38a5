using System.Net.Security;
using SecureStreams.Core;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Mqtt;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>Endpoints of mqtt and raw that are URLs, where they lead and what TLS is asked to offer there; and that an endpoint which can lead nowhere is not tried again.</summary>
public sealed class EndpointUrlTests
{
    [Theory]
    [InlineData("\"endpoint\": \"mqtt://broker.test\"", "broker.test 1883")]
    [InlineData("\"endpoint\": \"mqtt://broker.test/\", \"port\": 99", "broker.test 99")]
    [InlineData("\"endpoint\": \"MQTT://broker.test:77\", \"port\": 99", "broker.test 77")]
    [InlineData("\"endpoint\": \"mqtt://broker.test\", \"tls\": true", "broker.test 1883")]
    [InlineData("\"endpoint\": \"mqtts://broker.test\", \"tls\": true", "broker.test 8883 tls")]
    [InlineData("\"endpoint\": \"mqtts://[::1]:77\", \"tls\": true", "[::1] 77 tls")]
    [InlineData("\"endpoint\": \"ws://broker.test\", \"mqtt_over_ws\": true, \"tls\": true", "broker.test 80")]
    [InlineData("\"endpoint\": \"wss://broker.test\", \"mqtt_over_ws\": true, \"tls\": true", "broker.test 443 tls http/1.1")]
    [InlineData("\"endpoint\": \"broker.test\", \"mqtt_over_ws\": true, \"tls\": true", "broker.test 443 tls http/1.1")]
    public void A_url_says_where_mqtt_leads(string attributes, string expected) => Assert.Equal(expected, LeadsTo(attributes, ""));

    [Theory]
    [InlineData("mqtt://broker.test:77", "broker.test 77")]
    [InlineData("mqtts://broker.test", "Streamtype 't' has an endpoint URL with mqtts and \"tls\" off; set \"tls\": true, or write mqtt.")]
    [InlineData("https://broker.test", "Streamtype 't' has an endpoint URL with scheme 'https', and its protocol is mqtt; use mqtt or mqtts, or write the host alone.")]
    [InlineData("mqtt://me:secret@broker.test", "Streamtype 't' has user information in its endpoint URL, which would be shown wherever the endpoint is; put it into blobs.")]
    [InlineData("mqtt://broker.test/a", "Streamtype 't' has an endpoint URL that goes on behind its host; write the host and the port alone.")]
    [InlineData("mqtt://broker.test?a", "Streamtype 't' has an endpoint URL that goes on behind its host; write the host and the port alone.")]
    [InlineData("mqtt://", "Streamtype 't' has an endpoint that looks like a URL and is none; write mqtts://host:port.")]
    [InlineData("mqtt://broker test", "Streamtype 't' has an endpoint that looks like a URL and is none; write mqtts://host:port.")]
    public void A_url_from_metadata_is_judged_when_it_is_known(string url, string expected) =>
        Assert.Equal(expected, LeadsTo("\"endpoint\": \"${e}\", \"metadata\": [{ \"e\": \"\" }]", url));

    [Theory]
    [InlineData("a1-ats.iot.eu-west-1.amazonaws.com", "", "x-amzn-mqtt-ca")]
    [InlineData("A1-ats.iot.eu-west-1.AMAZONAWS.com.", "", "x-amzn-mqtt-ca")]
    [InlineData("a1.ats.iot.cn-north-1.amazonaws.com.cn", "", "x-amzn-mqtt-ca")]
    [InlineData("mqtts://a1-ats.iot.eu-west-1.amazonaws.com:443", "", "x-amzn-mqtt-ca")]
    [InlineData("a1-ats.iot.eu-west-1.amazonaws.com", ", \"aws_iot\": true", "x-amzn-mqtt-ca")]
    [InlineData("gateway.test", ", \"aws_iot\": true", "x-amzn-mqtt-ca")]
    [InlineData("a1-ats.iot.eu-west-1.amazonaws.com", ", \"aws_iot\": false", "")]
    [InlineData("a1-ats.iot.eu-west-1.amazonaws.com", ", \"mqtt_over_ws\": true", "http/1.1")]
    [InlineData("gateway.test", "", "")]
    [InlineData("amazonaws.com", "", "")]
    [InlineData("notamazonaws.com", "", "")]
    [InlineData("a1.amazonaws.com.evil.test", "", "")]
    public void On_the_port_of_https_aws_is_asked_for_mqtt_by_its_own_name(string host, string more, string offers)
    {
        Assert.EndsWith($" 443 tls {offers}".TrimEnd(), LeadsTo($"\"endpoint\": \"{host}\", \"port\": 443, \"tls\": true{more}", ""), StringComparison.Ordinal);
        if (!host.Contains("://", StringComparison.Ordinal) && !more.Contains("over_ws", StringComparison.Ordinal))
            Assert.EndsWith(" 8883 tls", LeadsTo($"\"endpoint\": \"{host}\", \"port\": 8883, \"tls\": true{more}", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"protocol\": \"raw\", \"endpoint\": \"[]\", \"port\": 1")]
    [InlineData("\"protocol\": \"raw\", \"port\": 1, \"endpoint\": \"[peer]\"")]
    [InlineData("\"protocol\": \"mqtt\", \"mqtt_topic\": \"t\", \"port\": 1, \"endpoint\": \"[peer]\"")]
    [InlineData("\"protocol\": \"h1\", \"http_url\": \"\", \"http_method\": \"GET\", \"endpoint\": \"gopher://peer.test/\"")]
    [InlineData("\"protocol\": \"ws\", \"http_url\": \"\", \"endpoint\": \"gopher://peer.test/\"")]
    public async Task One_that_can_lead_nowhere_is_not_tried_again(string attributes)
    {
        var handler = await TriedAsync(attributes, "", SsState.AllRetriesFailed);
        Assert.Equal("Creating Connecting Unreachable AllRetriesFailed Destroying", handler.Story);
    }

    [Theory]
    [InlineData("\"protocol\": \"raw\", \"port\": 1, \"endpoint\": \"${e}\"", "tcp://peer.test")]
    [InlineData("\"protocol\": \"raw\", \"port\": 1, \"endpoint\": \"${e}\"", "[peer]")]
    [InlineData("\"protocol\": \"mqtt\", \"mqtt_topic\": \"t\", \"port\": 1, \"endpoint\": \"${e}\"", "https://peer.test")]
    [InlineData("\"protocol\": \"h1\", \"http_method\": \"GET\", \"endpoint\": \"peer.test\", \"http_url\": \"a/${e}/b\"", "..")]
    public async Task One_that_metadata_can_mend_is_tried_again(string attributes, string value)
    {
        var handler = await TriedAsync(attributes + ", \"metadata\": [{ \"e\": \"\" }]", value, SsState.Unreachable);
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, SsNextAction.Retry), (handler.CauseOf(SsState.Unreachable).Phase, handler.CauseOf(SsState.Unreachable).Code, handler.CauseOf(SsState.Unreachable).NextAction));
    }

    private static async Task<RecordingHandler> TriedAsync(string attributes, string value, SsState until)
    {
        using var log = new TestLog();
        log.Allow("Failed");
        var handler = new RecordingHandler();
        await using (var context = SsContext.FromJson(
            $$"""{ "retry": [{ "r": { "backoff": [3600000], "conceal": 65535 } }], "s": [{ "t": { {{attributes}}, "retry": "r" } }] }""", new() { LoggerFactory = log }))
        {
            var stream = context.Create("t", handler);
            if (value.Length > 0)
                stream.SetMetadata("e", value);
            stream.Connect();
            await handler.WaitForStateAsync(until);
            Assert.Equal(SsCauseCode.EndpointInvalid, handler.CauseOf(SsState.Unreachable).Code);
        }

        handler.AssertCleanAndDestroyed();
        return handler;
    }

    /// <summary>Host, port, whether over TLS and what that offers; or why nowhere.</summary>
    private static string LeadsTo(string attributes, string value)
    {
        var policy = HttpBench.Load($"\"t\": {{ \"protocol\": \"mqtt\", \"mqtt_topic\": \"t\", {attributes} }}").StreamTypes["t"];
        var metadata = new MetadataStore(policy);
        if (value.Length > 0)
            metadata.SetOnMailbox("e", value);
        if (new MqttPlan(policy, new LinkPlan(policy)).Prepare(metadata, new SsMemoryBlobStore(), out var attempt) is { } failure)
        {
            Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, false), (failure.Phase, failure.Code, failure.Permanent));
            return failure.Message;
        }

        var target = attempt!.Target;
        var tls = target.Tls is { } secure ? $" tls {(secure.Alpn == default(SslApplicationProtocol) ? "" : secure.Alpn)}".TrimEnd() : "";
        return $"{target.Host} {target.Port}{tls}";
    }
}
