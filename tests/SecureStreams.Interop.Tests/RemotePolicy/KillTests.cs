using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using SecureStreams.Interop.Tests.Mqtt;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>
/// A process that fetches, keeps and puts policies in force as fast as it can is killed outright, at random points of all that, and started again, in the same folder. 50 kills; <c>SS_TEST_LONG=1</c> makes it a
/// thousand, <c>SS_TEST_SEED=n</c> plays one seed again.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private static readonly int Kills = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 1000 : 50;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var seed) ? seed : Environment.TickCount & 0xFFFF;

    [Fact]
    public async Task Whenever_it_is_killed_the_next_start_has_the_newest_complete_policy()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        using var folder = new TemporaryDirectory();
        var state = Path.Combine(folder.Path, "state");
        await using var server = await PolicyServer.StartAsync();
        var plan = new KillPlan();
        long handed = 0;
        server.Instead = async context =>
        {
            // Each request gets a revision of its own.
            var revision = Interlocked.Increment(ref handed);
            var body = server.Policy(revision, string.Create(CultureInfo.InvariantCulture, $"\"release\": \"r{revision}\", \"x_filling\": \"{new string('x', (int)(revision % 7) * 3000)}\", "));
            var cut = plan.Begin(body.Length);
            context.Response.ContentLength = body.Length;
            await context.Response.WriteAsync(body[..cut], context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            plan.Reached();
            await context.Response.WriteAsync(body[cut..], context.RequestAborted);
        };

        long told = 0;
        var (begun, ahead, unfinished, fromDisk) = (0, 0, 0, 0);
        for (var kill = 0; kill <= Kills; kill++)
        {
            var stored = told;
            var lines = new BlockingCollection<string>();
            await using var program = ProbeProgram.Run("remote-policy", server.Host.HttpPort.ToString(CultureInfo.InvariantCulture), state);
            var moment = kill == Kills ? null : KillPlan.Choose(random);
            var reached = plan.Arm(moment);
            var reading = program.ReadLinesAsync(lines.Add);
            if (moment is null)
            {
                // The last one lives to the end.
                Check(await NextAsync(lines), stored, Interlocked.Read(ref handed), ref fromDisk, ref ahead);
                Assert.StartsWith("Applied", await NextAsync(lines), StringComparison.Ordinal);
                break;
            }

            // Of a start that is killed at once nothing is known but what it leaves.
            if (moment.AfterStart is { } after)
                await Task.Delay(after, TimeProvider.System, TestContext.Current.CancellationToken);
            else
                await reached.OrFail(() => $"Kill {kill}, seed {Seed}: the process asks for nothing. {string.Join(" | ", lines)}");
            Spin(moment.Behind);
            program.Kill();
            await reading.OrFail(static () => "The output of the killed process does not end.");
            lines.CompleteAdding();
            foreach (var line in lines)
            {
                if (line.StartsWith("start", StringComparison.Ordinal))
                {
                    begun++;
                    Check(line, stored, Interlocked.Read(ref handed), ref fromDisk, ref ahead);
                }
                else if (line.Split(' ') is ["Applied", var revision, "True", ..])
                {
                    told = Math.Max(told, long.Parse(revision, CultureInfo.InvariantCulture));
                }
            }

            if (Directory.Exists(Path.Combine(state, "policy")) && Directory.EnumerateFiles(Path.Combine(state, "policy"), "*.new").Any())
                unfinished++;
        }

        output.WriteLine($"{Kills} kills: {begun} starts were seen, {fromDisk} from disk, {ahead} with a policy that was complete and not told yet, {unfinished} times an unfinished file was left; {handed} revisions handed out, {told} the last one told to be kept");
        Assert.True(fromDisk > Kills / 3, $"Only {fromDisk} starts were from disk.");
    }

    /// <summary>What a start says: a whole policy, at least the one that was told to be kept, at most the one that was handed out last.</summary>
    private static void Check(string line, long stored, long handed, ref int fromDisk, ref int ahead)
    {
        Assert.True(line.Split(' ') is ["start", _, _, _, "4", _], $"Seed {Seed}: {line}");
        var parts = line.Split(' ');
        var revision = long.Parse(parts[2], CultureInfo.InvariantCulture);
        var release = long.Parse(parts[3].AsSpan(1), CultureInfo.InvariantCulture);
        var untouched = parts[5] == (parts[1] == "BuiltIn" ? "0" : "1");
        Assert.True(untouched ? release == revision : release >= stored && release <= handed, $"Seed {Seed}: {line}");
        Assert.True(revision >= stored && revision <= handed, $"Seed {Seed}: {line}, after {stored} was told to be kept and {handed} handed out");
        if (parts[1] != "BuiltIn")
            fromDisk++;
        else
            Assert.Equal(0, stored);
        if (parts[1] == "Disk" && revision > stored)
            ahead++;
    }

    private static async Task<string> NextAsync(BlockingCollection<string> lines) =>
        await Task.Run(() => lines.Take(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken).OrFail(static () => "The process says nothing.");

    // Shorter than a timer of the system can be.
    private static void Spin(TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < time)
            Thread.SpinWait(20);
    }
}
