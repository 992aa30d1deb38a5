using System.Globalization;
using SecureStreams.Simulation.Commands;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Tests;

/// <summary>A slice of the seeds. <c>SS_TEST_LONG=1</c> runs twenty times as many; <c>SS_TEST_SEED</c> runs one again.</summary>
public class SeedTests(ITestOutputHelper output)
{
    private const int Seeds = 1000;
    private const int Streams = 50;

    [Fact]
    public void No_seed_breaks_an_invariant()
    {
        var isLong = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1";
        var (first, count) = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var only)
            ? (only, 1)
            : (1, isLong ? Seeds * 20 : Seeds);

        var totals = new SeedRunner(new SimOptions { Seed = 0, Streams = Streams }, first, count, Environment.ProcessorCount) { StopsAtViolation = true }
            .Run(TestContext.Current.CancellationToken);

        output.WriteLine(totals.ToString());
        if (totals.Violations is [var violation, ..])
        {
            var text = new StringWriter();
            ViolationText.Write(text, violation, new SimOptions { Seed = 0, Streams = Streams });
            Assert.Fail(text.ToString());
        }

        Assert.Equal(count, totals.Seeds);
        Assert.True(totals.Least.Faults >= 500, $"A seed had {totals.Least.Faults} faults.");
        Assert.True(totals.Least.Time >= 600_000_000, $"A seed lasted {totals.Least.Time / 1e6} virtual seconds.");
    }
}
