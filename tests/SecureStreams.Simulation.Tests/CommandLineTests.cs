using System.Diagnostics;
using System.Globalization;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Simulation.Tests;

/// <summary>What scripts see of the program.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--edits", "-1")]
    [InlineData("--trace", "file.txt")]
    [InlineData("--unknown", "1")]
    public async Task Wrong_usage_is_status_2_and_says_what_is_wrong(params string[] arguments)
    {
        var (status, _, errors) = await Programs.RunAsync(arguments);
        Assert.Equal(2, status);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task A_violation_is_status_1_and_says_how_to_see_it_again()
    {
        var (status, output, _) = await Programs.RunAsync("--seeds", "2", "--first", "7", "--mutant", "WrongCause");
        Assert.Equal(1, status);
        Assert.Contains("seed 7, step ", output, StringComparison.Ordinal);
        Assert.Contains("CauseNamed", output, StringComparison.Ordinal);
        Assert.Contains("-- --seed 7 --streams 50", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_and_tells_what_was_done()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGINT to send to a process on Windows.");
        using var process = Programs.Start("--seeds", "10000000", "--streams", "2");
        try
        {
            // A line of progress, so the program is well under way.
            var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().OrFail(() => "There is no progress.");
            Assert.Contains("seeds, ", first, StringComparison.Ordinal);
            using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).OrFail(() => "It does not stop.");
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains("stopped before the end", rest, StringComparison.Ordinal);
            Assert.Contains("0 violations", rest, StringComparison.Ordinal);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var (status, output, _) = await Programs.RunAsync("--help");
        Assert.Equal(0, status);
        foreach (var name in new[] { "--seeds", "--first", "--seed", "--streams", "--edits", "--threads", "--trace", "--mutant", "fleet", "explain" })
            Assert.Contains(name, output, StringComparison.Ordinal);
    }
}
