using System.Globalization;
using System.Security.Cryptography;
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
        var result = (await policy.RunAsync("get", "--timeout", "0.5")).Exits(1);
        Assert.Contains("sstreams: error: not finished within 0.5 s; Connecting\n", result.Errors, StringComparison.Ordinal);
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
