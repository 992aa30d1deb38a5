using System.Diagnostics;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Mqtt.Clients;
using SecureStreams.Interop.Tests.Mqtt.Streams;

namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A hundred streams of one client, of which some may never read.</summary>
public class MqttSharingTests(ITestOutputHelper output)
{
    private const int Streams = 100;
    private const int Messages = 30;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_hundred_streams_have_one_connection_and_those_that_never_read_hold_up_no_other(int qos)
    {
        await using var broker = await MosquittoBroker.StartAsync(new() { LogsPackets = false });

        // The first round is slower than any other, whatever it does.
        await RoundAsync(broker, qos, paused: 0);
        var all = await RoundAsync(broker, qos, paused: 0);
        foreach (var paused in (int[])[1, 5])
        {
            var others = await RoundAsync(broker, qos, paused);
            output.WriteLine(FormattableString.Invariant(
                $"QoS {qos}: {Messages} messages to each of {Streams} streams in {all.TotalMilliseconds:0} ms, with {paused} that never read in {others.TotalMilliseconds:0} ms, ratio {others / all:0.00} of the time"));
        }
    }

    private static async Task<TimeSpan> RoundAsync(MosquittoBroker broker, int qos, int paused)
    {
        var root = MosquittoFixture.Unique("share");
        await using var streams = MqttStreams.Open(broker.Ports.Plain, ("x", $$"""
            "mqtt_client_id": "{{root}}", "mqtt_qos": {{qos}}, "mqtt_clean_start": true, "metadata": [{ "n": "" }], "mqtt_subscribe": "{{root}}/${n}"
            """));
        var handlers = Enumerable.Range(0, Streams).Select(static _ => new MqttHandler()).ToList();
        var made = handlers.Select((handler, n) => streams.Context.Create("x", handler, new() { Metadata = { ["n"] = FormattableString.Invariant($"{n}") } })).ToList();
        foreach (var stream in made.Take(paused))
            stream.PauseReceive();
        foreach (var stream in made)
            stream.Connect();
        await Task.WhenAll(handlers.Select(static handler => handler.WaitForStateAsync(SsState.Connected)));
        Assert.Equal(1, broker.Count($" as {root} "));

        await using var publisher = await MqttPeer.ConnectAsync("paho", broker.Ports.Plain, MosquittoFixture.Unique("pub"));
        var began = Stopwatch.GetTimestamp();
        for (var message = 0; message < Messages; message++)
            await Task.WhenAll(Enumerable.Range(0, Streams).Select(n => publisher.PublishAsync($"{root}/{n}", new byte[100], 1)));
        await Task.WhenAll(handlers.Skip(paused).Select(static handler => handler.WaitForAsync(_ => handler.Messages.Count == Messages, what: "all messages")));
        var elapsed = Stopwatch.GetElapsedTime(began);
        foreach (var (stream, handler) in made.Take(paused).Zip(handlers))
        {
            Assert.Empty(handler.Messages);
            stream.ResumeReceive();
            await handler.WaitForAsync(_ => handler.Messages.Count == Messages, what: "what waited for the paused stream");
        }

        foreach (var stream in made)
            await stream.DisposeAsync();
        await broker.WaitForLogAsync($"Client {root} disconnected.");
        foreach (var handler in handlers)
            handler.AssertCleanAndDestroyed();
        return elapsed;
    }
}
