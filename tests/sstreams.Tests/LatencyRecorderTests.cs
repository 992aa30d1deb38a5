using SecureStreams.TestSupport.Checks;
using SecureStreams.Tool.Benching;

namespace SecureStreams.Tool.Tests;

/// <summary>The recorder of latencies, whose source is compiled into these tests.</summary>
public sealed class LatencyRecorderTests
{
    [Fact]
    public void Nothing_recorded_is_zero()
    {
        var recorder = new LatencyRecorder();
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero), (recorder.Count, recorder.Percentile(50), recorder.Longest));
    }

    [Fact]
    public void Every_duration_is_told_within_a_percent()
    {
        for (long nanoseconds = 1; nanoseconds < 1L << 40; nanoseconds += 1 + (nanoseconds / 7))
        {
            var recorder = new LatencyRecorder();
            recorder.RecordNanoseconds(nanoseconds);

            // A second, longer one, so that the first is not told by the longest, which is exact.
            recorder.RecordNanoseconds(1L << 41);
            Assert.InRange(recorder.Percentile(50).TotalMicroseconds * 1000, nanoseconds - 100, (nanoseconds * 1.01) + 100);
            Assert.Equal((1L << 41) / 1000.0, recorder.Longest.TotalMicroseconds, 0);
        }
    }

    [Fact]
    public void Percentiles_are_those_of_the_sorted_list()
    {
        var recorder = new LatencyRecorder();
        var other = new LatencyRecorder();
        for (var i = 1; i <= 10_000; i++)
            (i % 3 == 0 ? recorder : other).Record(TimeSpan.FromMicroseconds(i));
        recorder.Add(other);
        Assert.Equal(10_000, recorder.Count);
        foreach (var percent in new[] { 50, 90, 99, 99.9, 100 })
            Assert.InRange(recorder.Percentile(percent).TotalMicroseconds, percent * 100, percent * 101.1);
        Assert.Equal(10_000, recorder.Longest.TotalMicroseconds);
    }

    [Fact]
    public void What_is_too_long_or_negative_counts_at_the_ends()
    {
        var recorder = new LatencyRecorder();
        recorder.RecordNanoseconds(-5);
        recorder.RecordNanoseconds(long.MaxValue);
        Assert.Equal((2, TimeSpan.Zero), (recorder.Count, recorder.Percentile(50)));
        Assert.True(recorder.Percentile(100) > TimeSpan.FromMinutes(15));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var recorder = new LatencyRecorder();
        recorder.RecordNanoseconds(1);
        Assert.Equal(0, Allocated.Least(() =>
        {
            for (var i = 0; i < 10_000; i++)
                recorder.RecordNanoseconds(i * 997L);
        }));
    }
}
