using System.Globalization;
using System.Text.Json;
using SecureStreams.Interop.Probe.Crowds;
using SecureStreams.Interop.Tests.Programs;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Very many ws connections between our own clients and our own server, each in a process of its own.</summary>
public sealed class WsCrowdTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>What a connection may cost the heap of either side.</summary>
    private const int MostManagedBytes = 32 * 1024;

    [Fact]
    public Task A_thousand_idle_connections_stay_alive_for_half_a_minute() => StayAliveAsync(count: 1000, pingSeconds: 5, TimeSpan.FromSeconds(30));

    [Fact]
    public Task Ten_thousand_idle_connections_stay_alive_for_ten_minutes()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1", "SS_TEST_LONG=1 runs it.");
        return StayAliveAsync(count: 10_000, pingSeconds: 20, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_thousand_connections_send_ten_messages_a_second_each()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1", "SS_TEST_LONG=1 runs it.");
        await using var server = ProbeProgram.Run("crowd-serve", "20");
        var port = Read(await server.LineAsync()).Port;
        await using var clients = ProbeProgram.Run("crowd", Text(port), "20");
        Assert.Equal((1000, 0), Counts(await AskAsync(clients, "connect 1000")));
        var before = await AskAsync(server, "report");
        var talked = await AskAsync(clients, "talk 10 60");
        var after = await AskAsync(server, "report");
        output.WriteLine($"{talked.Messages} messages in 60 s came back; round trip {talked.RoundTrips[0]:0.00} ms in the middle, {talked.RoundTrips[1]:0.0} ms for the slowest in a hundred, {talked.RoundTrips[2]:0} ms at most; "
            + $"server {after.ProcessorSeconds - before.ProcessorSeconds:0.0} s of processor time");
        Assert.Equal((1000, 0), Counts(talked));
        Assert.InRange(talked.Messages, 300_000, 600_000);
    }

    private static CrowdReport Read(string line) => JsonSerializer.Deserialize<CrowdReport>(line)!;

    private static (int Alive, int Ended) Counts(CrowdReport report) => (report.Alive, report.Ended);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<CrowdReport> AskAsync(ProbeProgram program, string line)
    {
        await program.WriteLineAsync(line);
        return Read(await program.LineAsync(Longest));
    }

    private async Task StayAliveAsync(int count, int pingSeconds, TimeSpan time)
    {
        await using var server = ProbeProgram.Run("crowd-serve", Text(pingSeconds));
        var port = Read(await server.LineAsync()).Port;
        await using var clients = ProbeProgram.Run("crowd", Text(port), Text(pingSeconds));

        // What the first ones bring along is not theirs.
        await AskAsync(clients, "connect 100");
        await AskAsync(clients, "talk 1 0");
        var (serverBefore, clientsBefore) = (await AskAsync(server, "report"), await AskAsync(clients, "report"));
        Assert.Equal((count, 0), Counts(await AskAsync(clients, $"connect {Text(count)}")));
        var (serverIdle, clientsIdle) = (await AskAsync(server, "report"), await AskAsync(clients, "report"));
        Assert.Equal((count, 0), Counts(serverIdle));
        output.WriteLine($"{count} connections: {Cost("the server", serverBefore, serverIdle)}; {Cost("the clients", clientsBefore, clientsIdle)}");

        await Task.Delay(time, TimeProvider.System, TestContext.Current.CancellationToken);

        var (serverAfter, clientsAfter) = (await AskAsync(server, "report"), await AskAsync(clients, "report"));
        output.WriteLine($"after {time.TotalSeconds:0} s: {serverAfter.Alive} of them alive, {serverAfter.Ended} ended; processor time in between: server {serverAfter.ProcessorSeconds - serverIdle.ProcessorSeconds:0.0} s, clients {clientsAfter.ProcessorSeconds - clientsIdle.ProcessorSeconds:0.0} s");
        Assert.Equal((count, 0), Counts(serverAfter));
        Assert.Equal((count, 0), Counts(clientsAfter));

        // Each still carries a message there and back.
        var talked = await AskAsync(clients, "talk 1 0");
        for (var asked = 0; talked.Messages < count && asked < 100; asked++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            talked = await AskAsync(clients, "report");
        }

        Assert.Equal(count, talked.Messages);

        string Cost(string who, CrowdReport before, CrowdReport after)
        {
            var managed = (after.ManagedBytes - before.ManagedBytes) / (count - before.Alive);
            Assert.InRange(managed, 1, MostManagedBytes);
            return $"{who} {managed} bytes of heap each, {(after.WorkingSetBytes - before.WorkingSetBytes) / (count - before.Alive)} bytes of memory each, {after.WorkingSetBytes >> 20} MiB in all";
        }
    }
}
