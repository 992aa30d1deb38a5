using SecureStreams.Interop.Probe;
using SecureStreams.Interop.Tests.Programs;

namespace SecureStreams.Interop.Tests.Bulk;

/// <summary>
/// Much payload, both ways, with a receiver that takes 20 MB/s: nothing is lost, and what the client holds does not grow with what it moves. Times and resident memory are
/// printed, not judged; the whole runs with <c>SS_TEST_LONG=1</c>.
/// </summary>
public class BulkTests(ITestOutputHelper output)
{
    private const long Slow = 20_000_000;
    private const long MostHeld = 4 * 1024 * 1024;

    // Less than what we allow an HTTP/2 peer: what the environment says counts.
    private const int SmallWindow = 256 * 1024;

    private static readonly long Length = (Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 1024 : 256) * 1024L * 1024;

    private static readonly BulkRun[] Runs = [.. new[] { "h1s", "h2", "wss", "raws" }.SelectMany(static wire => new[] { new BulkRun(wire, Up: true), new BulkRun(wire, Up: false) })];

    [Fact]
    public async Task A_client_of_a_slow_peer_and_a_slow_client_hold_little_and_lose_nothing()
    {
        var (server, host) = await ProbeProgram.ServeAsync("127.0.0.1");
        await using (server)
        {
            BulkRun[] runs = [.. Runs, new BulkRun("h2", Up: false, SmallWindow)];
            var results = await Task.WhenAll(runs.Select(run => run.RunAsync(host, Length, Slow, count: true)));
            foreach (var (run, result) in runs.Zip(results))
            {
                output.WriteLine($"{Name(run)} at most {Kibi(result.PeakRented)} rented, {Kibi(result.RentedAtEnd)} at the end, {Kibi(result.PeakQueued)} queued, {result.Seconds:0.0} s, {result.End}");
                run.AssertWhole(result, Length);
                Assert.InRange(result.PeakRented, 1, MostHeld);
                Assert.InRange(result.PeakQueued, 0, MostHeld);
            }
        }
    }

    [Fact]
    public async Task The_memory_of_a_client_is_that_of_its_first_bytes()
    {
        var (server, host) = await ProbeProgram.ServeAsync("127.0.0.1");
        await using (server)
        {
            var results = await Task.WhenAll(Runs.Select(run => run.RunAsync(host, Length, Slow, count: false)));
            foreach (var (run, result) in Runs.Zip(results))
            {
                run.AssertWhole(result, Length);
                output.WriteLine($"{Name(run)} resident {Kibi(result.WarmResident)}, then at most {Kibi(result.PeakResident - result.WarmResident)} more (goal 16384 KiB)");
            }
        }
    }

    [Fact]
    public async Task Nothing_is_lost_at_full_speed()
    {
        var (server, host) = await ProbeProgram.ServeAsync("127.0.0.1");
        await using (server)
        {
            foreach (var run in Runs)
            {
                var result = await run.RunAsync(host, Length, rate: 0, count: false);
                run.AssertWhole(result, Length);
                output.WriteLine($"{Name(run)} {Length / result.Seconds / 1e6:0} MB/s, both ends and both hashes on this machine");
            }
        }
    }

    private static string Name(BulkRun run) => $"{run.Wire,-4} {(run.Up ? "up" : "down"),-4}{(run.Window is { } window ? $" (window {Kibi(window)})" : "")}";

    private static string Kibi(long bytes) => $"{bytes / 1024} KiB";
}
