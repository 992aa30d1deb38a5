using SecureStreams.TestSupport.Time;
using SecureStreams.Tool.Benching;

namespace SecureStreams.Tool.Tests;

public class BenchClockTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_timer_that_is_early_does_not_end_it()
    {
        var clock = new ManualTimeProvider();
        var waits = BenchClock.AtLeastAsync(Duration, new EarlyTimers(clock));
        clock.Advance(Duration - EarlyTimers.By);
        Assert.False(waits.IsCompleted);
        clock.Advance(EarlyTimers.By - TimeSpan.FromMilliseconds(1));
        Assert.False(waits.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(waits.IsCompletedSuccessfully);
    }

    /// <summary>As the platform's: they count the ticks of a coarse clock, and may be called before the exact one is there.</summary>
    private sealed class EarlyTimers(ManualTimeProvider clock) : TimeProvider
    {
        public static readonly TimeSpan By = TimeSpan.FromMilliseconds(4);

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime > By ? dueTime - By : dueTime, period);
    }
}
