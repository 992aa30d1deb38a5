using System.Globalization;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Tests;

/// <summary>A seed is the whole of a run: it gives the same bytes again, in the same process, beside others, and in another process.</summary>
public class ReplayTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(77)]
    public void A_seed_replays_byte_for_byte(int seed)
    {
        var (first, firstText) = Run(seed);
        var (second, secondText) = Run(seed);
        Assert.Equal(first.TraceHash, second.TraceHash);
        Assert.Equal(firstText, secondText);
        Assert.True(firstText.Length > 100_000, "There is nothing to compare.");
    }

    [Fact]
    public void Seeds_differ() => Assert.NotEqual(Run(3).Result.TraceHash, Run(4).Result.TraceHash);

    [Fact]
    public void A_seed_does_not_notice_others_beside_it()
    {
        var alone = SimWorld.Run(new SimOptions { Seed = 11 }).TraceHash;
        var beside = new ulong[4];
        var threads = Enumerable.Range(0, beside.Length)
            .Select(index => new Thread(() => beside[index] = SimWorld.Run(new SimOptions { Seed = index % 2 == 0 ? 11 : 12 }).TraceHash)).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        Assert.Equal([alone, beside[1], alone, beside[1]], beside);
    }

    [Fact]
    public async Task Another_process_writes_the_same_trace()
    {
        var path = Path.GetTempFileName();
        try
        {
            var (status, output, errors) = await Programs.RunAsync("--seed", "5", "--trace", path);
            Assert.True(status == 0, output + errors);
            var (result, text) = Run(5);
            Assert.Contains($"trace {result.TraceHash:x16}", output, StringComparison.Ordinal);
            Assert.Equal(text, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (SimResult Result, string Text) Run(int seed)
    {
        using var trace = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        return (SimWorld.Run(new SimOptions { Seed = seed, Trace = trace }), trace.ToString());
    }
}
