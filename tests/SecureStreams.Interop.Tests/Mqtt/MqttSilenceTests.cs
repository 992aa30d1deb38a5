using System.Globalization;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A broker that stands still with its connections open: it is given up by the shorter of <c>mqtt_keep_alive</c> and <c>svalidping</c>, which the cause names.</summary>
public class MqttSilenceTests
{
    [Theory]
    [InlineData(600, 1, "svalidping")]
    [InlineData(1, 600, "mqtt_keep_alive")]
    public async Task A_broker_that_stands_still_is_given_up_by_whichever_rule_is_shorter(int keepAlive, int ping, string attribute)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var streams = MqttStreams.OpenAt(
            "127.0.0.1",
            broker.Ports.Plain,
            string.Create(CultureInfo.InvariantCulture, $"\"conceal\": 65535, \"svalidping\": {ping}, \"svalidhup\": 3000"),
            ("x", string.Create(CultureInfo.InvariantCulture, $"\"mqtt_keep_alive\": {keepAlive}, \"mqtt_client_id\": \"{MosquittoFixture.Unique("still")}\", \"mqtt_subscribe\": \"x\", \"connect_timeout_ms\": 1000")));
        var handler = new MqttHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        // It has been asked and has answered, so that it is the silence after this that counts.
        await broker.WaitForLogAsync("Received PINGREQ from still-");
        await broker.FreezeAsync();
        await handler.WaitForStateAsync(SsState.Disconnected);
        var cause = handler.CauseOf(SsState.Disconnected);
        Assert.Equal((SsPhase.Timeout, SsCauseCode.PeerUnresponsive, SsNextAction.Retry), (cause.Phase, cause.Code, cause.NextAction));
        var detail = streams.Context.Diagnostics.Recent().First(static one => one.Cause.Code == SsCauseCode.PeerUnresponsive);
        Assert.Contains(attribute, detail.Message, StringComparison.Ordinal);

        // It goes on, and so does the stream.
        await broker.ThawAsync();
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        handler.AssertClean();
    }
}
