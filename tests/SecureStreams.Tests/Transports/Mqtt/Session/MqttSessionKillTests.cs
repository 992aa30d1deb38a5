using System.Diagnostics;
using System.Globalization;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>A process that writes its session is killed at a moment by chance; the next one has at least all that the broker was told, and nothing that never was.</summary>
public sealed class MqttSessionKillTests(ITestOutputHelper output) : IDisposable
{
    // How often to look for what the child has done, 2 ms apart.
    private const int Polls = 15_000;

    // The host that runs this process's own runtime, so that no search path decides.
    private static readonly string DotNet = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-killed-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Whenever_a_process_is_killed_the_next_one_has_what_was_told()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given) ? given : 1;
        var rounds = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 300 : 12;
        var random = new Random(seed);
        var (between, cut) = (0, 0);
        for (var round = 0; round < rounds; round++)
        {
            var folder = Path.Combine(_root.FullName, $"{round}");
            var told = Path.Combine(_root.FullName, $"{round}.told");
            File.Create(told).Dispose();
            var walkSeed = random.Next();
            await KillAsync(folder, walkSeed, told, random.Next(1, 600));

            using var log = new TestLog();
            var store = MqttSessionFile.TryOpen(folder, SessionChild.Identity, log.CreateLogger("session"), out var refusal)!;
            Assert.Null(refusal);
            using var bench = new SessionBench(store: store);
            Assert.Null(store.Damage);
            cut += log.Entries.Count(static entry => entry.Id.Name == "MqttSessionTailCut");
            var steps = (int)new FileInfo(told).Length;
            between += Compare(walkSeed, steps, SessionText.Of(bench.Session), $"SS_TEST_SEED={seed}, round {round}, {steps} steps");
        }

        output.WriteLine($"SS_TEST_SEED={seed}: {rounds} kills, {between} within a step, {cut} within a write");
    }

    /// <summary>That what was found is the state after so many steps, or one on the way to the next: its step may have been committed, in part or whole, when the process was killed.</summary>
    /// <returns>1 when it is not the state after so many steps, else 0.</returns>
    private static int Compare(int walkSeed, int steps, string found, string what)
    {
        var tape = new SessionTape();
        using var bench = new SessionBench(store: tape);
        var walk = new SessionWalk(bench, walkSeed);
        for (var step = 0; step < steps; step++)
            walk.Step();
        var told = tape.Length;
        if (tape.StateAt(told) == found)
            return 0;
        walk.Step();
        Assert.True(tape.Boundaries.Any(boundary => boundary > told && tape.StateAt(boundary) == found), $"{what}: the next process found\n{found}\nafter\n{tape.StateAt(told)}");
        return 1;
    }

    private static async Task KillAsync(string folder, int walkSeed, string told, int steps)
    {
        var start = new ProcessStartInfo(DotNet, ["exec", typeof(SessionChild).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[SessionChild.Variable] = $"{folder}|{walkSeed.ToString(CultureInfo.InvariantCulture)}|{told}";
        using var child = Process.Start(start)!;
        var words = child.StandardError.ReadToEndAsync();
        var silence = child.StandardOutput.ReadToEndAsync();
        try
        {
            for (var poll = 0; new FileInfo(told).Length < steps; poll++)
            {
                if (child.HasExited || poll == Polls)
                    Assert.Fail($"The child did {new FileInfo(told).Length} steps of {steps}: {(child.HasExited ? await words : "it hangs")}");
                await Task.Delay(2, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync();
            await Task.WhenAll(words, silence);
        }
    }
}
