using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.EndToEnd;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>A real server once: what a dial tells.</summary>
public sealed class HttpTelemetryTests
{
    [Fact]
    public async Task A_dial_over_TLS_tells_its_phases_and_where_it_led()
    {
        using var meters = new MeterProbe().Listen();
        using var spans = new SpanProbe();
        await using var host = await KestrelTestHost.StartAsync();
        var handler = new RecordingHandler();
        await using (var context = SsContext.FromJson(
            LoopbackPolicy.Around(LoopbackPolicy.StreamType("telemetry", host, "h1s", "bytes/300")), new SsContextOptions { MeterFactory = meters }))
        {
            var stream = context.Create("telemetry", handler);
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected, times: 2);
        }

        // The second transaction took the first one's connection: two attempts, one dial.
        Assert.Equal(["ss.outcome=connected ss.streamtype=telemetry: 2"], meters.SumsOf("ss.attempts"));
        var phases = meters.Seen.Where(static one => one.Instrument == "ss.dial.phase.duration").ToList();
        Assert.Equal(["network.transport=tcp ss.phase=Connect", "network.transport=tcp ss.phase=Tls"], phases.Select(static one => one.Tags).Order(StringComparer.Ordinal));
        Assert.All(phases, static one => Assert.InRange(one.Value, double.Epsilon, 60));
        Assert.Equal(["network.io.direction=receive ss.streamtype=telemetry: 600"], meters.SumsOf("ss.payload.io"));

        var transactions = spans.Of("ss.transaction", "telemetry");
        Assert.Equal([200, 200], transactions.Select(static one => (int)one.GetTagItem("http.response.status_code")!));
        var attempts = spans.Of("ss.attempt", "telemetry");
        Assert.Equal(2, attempts.Length);
        Assert.Equal(("127.0.0.1", host.HttpsPort, "tcp", "127.0.0.1"),
            (attempts[0].GetTagItem("server.address"), attempts[0].GetTagItem("server.port"), attempts[0].GetTagItem("network.transport"), attempts[0].GetTagItem("network.peer.address")));
        Assert.Equal(["ss.dial.connect", "ss.dial.tls"], spans.Below(attempts[0]).Select(static one => one.OperationName).Order(StringComparer.Ordinal));
        Assert.Empty(spans.Below(attempts[1]));
        Assert.Null(attempts[1].GetTagItem("server.address"));
    }
}
