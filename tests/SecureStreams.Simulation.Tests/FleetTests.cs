using SecureStreams.Simulation.Commands;

namespace SecureStreams.Simulation.Tests;

/// <summary>A small fleet that loses its peer for ten minutes.</summary>
public class FleetTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_device_stays_within_its_budget_and_comes_back(bool jitter)
    {
        const int Devices = 6;
        var result = new FleetRun(Devices, streams: 100, seed: 1, Environment.ProcessorCount).Run(jitter, TestContext.Current.CancellationToken);

        var histogram = new StringWriter();
        result.Write(histogram);
        output.WriteLine(histogram.ToString());
        Assert.Equal(Devices, result.Devices);
        Assert.Empty(result.Violations.Select(static violation => $"seed {violation.Seed}: {violation.Invariant}: {violation.Message}"));

        // In one second a device has its burst of 20 and what its rate of 10 a second gives back; the first second it all begins is the worst.
        Assert.InRange(result.Peak(result.Begin, result.Begin + 10), Devices * 20, Devices * 30);
        Assert.True(result.BySecond.Sum() > Devices * 100, "There was no storm to keep in bounds.");
    }

    [Fact]
    public void Jitter_fills_the_gaps_between_the_waves()
    {
        var fleet = new FleetRun(devices: 6, streams: 100, seed: 2, Environment.ProcessorCount);
        var (with, without) = (Silent(fleet.Run(jitter: true, CancellationToken.None)), Silent(fleet.Run(jitter: false, CancellationToken.None)));
        output.WriteLine($"seconds without any attempt, in the last eight minutes: {with} with jitter, {without} without");
        Assert.True(with < without / 2);
    }

    private static int Silent(FleetResult result) => result.BySecond.Skip((int)result.Begin + 120).Take((int)(result.End - result.Begin) - 120).Count(static attempts => attempts == 0);
}
