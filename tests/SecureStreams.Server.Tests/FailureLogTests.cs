using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Telemetry;

namespace SecureStreams.Server.Tests;

/// <summary>Whoever tries a port over and over fills no log; what is not written is counted.</summary>
public sealed class FailureLogTests
{
    private const int Attempts = FailureLimit.MostLines + 90;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("h2")]
    [InlineData("ws")]
    public async Task A_scanner_has_so_many_lines_a_minute_and_each_attempt_is_counted(string protocol)
    {
        var clock = new ManualTimeProvider();
        using var meters = new MeterProbe();
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", {ServerBench.Tls} }}", clock, meters: meters);
        meters.Listen();
        await using (var listener = (ServerListener)bench.Context.CreateListener("srv", static _ => new EchoHandler()))
        {
            for (var i = 0; i < Attempts; i++)
                await ScanAsync(listener);
            await Poll.UntilAsync(() => Sum(meters, "ss.accepted.failures") == Attempts, () => $"{Sum(meters, "ss.accepted.failures")} failures are counted.");
            Assert.Equal(["error.type=TlsHandshakeFailed ss.phase=Tls ss.streamtype=srv: " + Attempts], meters.SumsOf("ss.accepted.failures"));
            Assert.Equal(["ss.reason=log_line ss.streamtype=srv: " + (Attempts - FailureLimit.MostLines)], meters.SumsOf("ss.dropped"));
            Assert.Equal((FailureLimit.MostLines, 0), (Lines(bench, "Failed").Count, Lines(bench, "FailuresHeld").Count));

            // When the minute is over the rest is one line, and lines are written again.
            clock.Advance(FailureLimit.Window);
            Assert.Contains($"srv: {Attempts - FailureLimit.MostLines} more failures", Assert.Single(Lines(bench, "FailuresHeld")).Message, StringComparison.Ordinal);
            await ScanAsync(listener);
            await Poll.UntilAsync(() => Lines(bench, "Failed").Count == FailureLimit.MostLines + 1, () => $"{Lines(bench, "Failed").Count} lines");
            for (var i = 0; i < Attempts; i++)
                await ScanAsync(listener);
            await Poll.UntilAsync(() => Sum(meters, "ss.accepted.failures") == (2 * Attempts) + 1, () => $"{Sum(meters, "ss.accepted.failures")} failures are counted.");
        }

        // What was held back when the listener ends is told then.
        Assert.Equal(2 * FailureLimit.MostLines, Lines(bench, "Failed").Count);
        Assert.Contains($"srv: {Attempts + 1 - FailureLimit.MostLines} more failures", Lines(bench, "FailuresHeld")[^1].Message, StringComparison.Ordinal);
    }

    private static List<LogEntry> Lines(ServerBench bench, string name) => [.. bench.Log.Entries.Where(one => one.Level == LogLevel.Warning && one.Id.Name == name)];

    private static double Sum(MeterProbe meters, string instrument) => meters.Seen.Where(one => one.Instrument == instrument).Sum(static one => one.Value);

    /// <summary>No TLS, and to the end of the connection, so that it is over when this returns.</summary>
    private static async Task ScanAsync(SsListener listener)
    {
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Token);
        try
        {
            while (await socket.ReceiveAsync(new byte[256].AsMemory(), Token).AsTask().OrFail(static () => "It is not closed.") > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Cut off is closed too.
        }
    }
}
