using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>Runs that something from outside ends: signals, the time limit, a reader that goes away; and one that is slow.</summary>
public sealed class RunEndTests : IAsyncLifetime
{
    /// <summary>Promptly, for a person, on a busy machine.</summary>
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);

    /// <summary>The queue of the program, the pipe, and a piece or two.</summary>
    private const long MostQueued = 1536 * 1024;

    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_ends_a_run_that_hangs(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/hang"));
        await using var tool = policy.Start(readOutput: true, "get");
        await _host.WaitForRequestAsync("/hang");
        await Signals.SendAsync(tool, signal);
        (await tool.WaitAsync(Promptly)).Exits(exitCode);
    }

    [Fact]
    public async Task Signal_ends_a_wait_for_standard_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var policy = new TestPolicy(TestPolicy.Http("echo", _host.HttpPort, "POST", "/echo"));
        await using var tool = policy.Start(readOutput: true, "echo", "--data", "-");
        await _host.WaitForRequestAsync("/echo");
        await Signals.SendAsync(tool, "INT");
        (await tool.WaitAsync(Promptly)).Exits(130);
    }

    [Fact]
    public async Task Time_limit_ends_a_run_that_hangs()
    {
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/hang"));

        // The limit counts from the start of the program, and what it tells depends on how far that came: a busy machine takes its time. From then on it is connecting for 15 s.
        foreach (var limit in new[] { "0.5", "5", "15", "25" })
        {
            var result = (await policy.RunAsync("get", "--timeout", limit)).Exits(1);
            Assert.Contains($"sstreams: error: not finished within {limit} s", result.Errors, StringComparison.Ordinal);
            if (result.Errors.Contains($"sstreams: error: not finished within {limit} s; Connecting\n", StringComparison.Ordinal))
                return;
        }

        Assert.Fail("What it was at is not told.");
    }

    [Theory]
    [InlineData("--policy", "policy.json", "--data", "@pipe")]
    [InlineData("--policy", "policy.json", "--blob", "AUTH_0=@pipe")]
    [InlineData("--policy", "pipe")]
    public async Task Time_limit_ends_a_wait_for_a_pipe_that_nobody_writes_to(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders here.");
        using var directory = new TestDirectory();
        directory.Add("policy.json", $$"""{ "schema-version": 1, "s": [{ {{TestPolicy.Http("echo", _host.HttpPort, "POST", "/echo")}} }] }""");
        directory.AddPipe("pipe");
        (await directory.RunAsync(["run", "echo", .. arguments, "--timeout", "0.5"])).Is(1, "", "sstreams: error: not finished within 0.5 s\n");
        Assert.Empty(_host.Requests);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_ends_a_wait_for_a_pipe_that_nobody_writes_to(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var directory = new TestDirectory();
        directory.Add("policy.json", $$"""{ "schema-version": 1, "s": [{ {{TestPolicy.Http("echo", _host.HttpPort, "POST", "/echo")}} }] }""");
        directory.AddPipe("pipe");
        await using var tool = Tool.Start(directory.Path, readOutput: true, "run", "echo", "--policy", "policy.json", "--data", "@pipe", "--admin", "admin");

        // It is there before the data are opened, and signals are awaited by then.
        await TestPoll.UntilAsync(() => Task.FromResult(File.Exists(directory["admin"])), "There is no admin socket.");
        await Signals.SendAsync(tool, signal);
        (await tool.WaitAsync()).Is(exitCode, "", "");
    }

    [Fact]
    public async Task Time_limit_does_not_speak_of_a_run_that_has_come_to_its_end()
    {
        // A peer that never says goodbye, which is waited for a moment.
        await using var peer = ScriptedServer.Start(static async (connection, stopping) =>
        {
            await WebSocketPeer.UpgradeAsync(connection, stopping);
            await connection.WriteAsync([0x81, 2, (byte)'h', (byte)'i'], stopping);
            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(string.Create(CultureInfo.InvariantCulture, $$""" "feed": { "endpoint": "127.0.0.1", "port": {{peer.Port}}, "protocol": "ws", "http_url": "/", "ws_subprotocol": "" } """));

        // The limit may come before the message, in the goodbye, or after all of it, as the machine pleases; the status and what is told agree each time.
        foreach (var limit in new[] { "0.6", "0.9", "1.2", "1.5" })
        {
            var result = await policy.RunAsync("feed", "--receive", "1", "--timeout", limit);
            if (result.ExitCode == 0)
                result.Is(0, "hi", "");
            else
                Assert.Contains($"not finished within {limit} s", result.Exits(1).Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reader_that_goes_away_ends_the_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A closed pipe is reported differently here.");
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", "/bytes/1000000000"));
        await using var tool = policy.Start(readOutput: false, "get");
        var first = new byte[1000];
        await tool.Output.ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        Assert.Equal(DeterministicBytes.Make(first.Length), first);
        tool.Output.Close();
        var result = (await tool.WaitAsync()).Exits(141);
        Assert.DoesNotContain("error", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_reader_gets_everything_and_slows_the_peer()
    {
        const int Length = 48 * 1024 * 1024;
        using var policy = new TestPolicy(TestPolicy.Http("get", _host.HttpPort, "GET", $"/bytes/{Length}"));
        await using var tool = policy.Start(readOutput: false, "get", "--trace");

        // Nothing is read until enough came to fill what may be queued.
        await tool.WaitForErrorsAsync(static errors => errors.Split(" rx ").Length > 64);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long total = 0;
        int count;
        while ((count = await tool.Output.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().OrFail(() => $"{total} bytes came.")) > 0)
        {
            hash.AppendData(buffer, 0, count);
            total += count;
            if (total % (4 * 1024 * 1024) < buffer.Length)
                Assert.InRange(ReceivedBytes(tool.Errors), 0, total + MostQueued);
        }

        Assert.Equal(Length, total);
        Assert.Equal(DeterministicBytes.Sha256(Length), Convert.ToHexStringLower(hash.GetHashAndReset()));
        (await tool.WaitAsync()).Exits(0);
    }

    private static long ReceivedBytes(string trace) =>
        trace.Split('\n').Where(static line => line.Contains("] rx ", StringComparison.Ordinal))
            .Sum(static line => long.Parse(line.Split(' ')[^(line.EndsWith("bytes", StringComparison.Ordinal) ? 2 : 3)], CultureInfo.InvariantCulture));
}
