using SecureStreams.TestSupport.Time;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Tests;

/// <summary>How fast a transfer is, over the last looks at it. Its source is compiled into these tests.</summary>
public sealed class TransferRateTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void It_is_that_of_the_last_looks()
    {
        var rate = new TransferRate(_time);
        Assert.Equal([1000, 1000, 1000, 1000, 1500, 2000], Look(rate, 500, 1000, 1500, 2000, 3500, 5000));
    }

    [Fact]
    public void One_that_stalls_comes_down_to_nothing()
    {
        var rate = new TransferRate(_time);
        Assert.Equal([4000, 2000, 4000.0 / 3, 1000, 0, 0], Look(rate, 2000, 2000, 2000, 2000, 2000, 2000), Near);
    }

    [Fact]
    public void Another_attempt_begins_anew()
    {
        var rate = new TransferRate(_time);
        Assert.Equal([4000, 0, 200], Look(rate, 2000, 100, 200));
    }

    private double[] Look(TransferRate rate, params long[] counts) => [.. counts.Select(bytes =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        return rate.Look(bytes);
    })];

    private static bool Near(double one, double other) => Math.Abs(one - other) < 0.001;
}
