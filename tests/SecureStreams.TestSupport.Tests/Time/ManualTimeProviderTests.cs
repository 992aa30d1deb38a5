using SecureStreams.TestSupport.Time;

namespace SecureStreams.TestSupport.Tests.Time;

public class ManualTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void The_clock_stands_until_it_is_advanced()
    {
        var now = _time.GetUtcNow();
        var stamp = _time.GetTimestamp();
        Assert.Equal(now, _time.GetUtcNow());

        _time.Advance(Second * 90);

        Assert.Equal(now + Second * 90, _time.GetUtcNow());
        Assert.Equal(Second * 90, _time.GetElapsedTime(stamp));
        Assert.Equal(Second * 90, _time.Elapsed);
    }

    [Fact]
    public void Timestamps_are_not_ticks()
    {
        var stamp = _time.GetTimestamp();
        _time.Advance(Second);
        Assert.Equal(12_500_000, _time.GetTimestamp() - stamp);
        Assert.NotEqual(TimeSpan.TicksPerSecond, _time.TimestampFrequency);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(86_400_000L * 49)]
    public void Elapsed_time_is_exact_for_milliseconds(long milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(7));
        var stamp = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), _time.GetElapsedTime(stamp));
    }

    [Fact]
    public void Timers_fire_in_due_then_armed_order_with_the_clock_at_their_due_time()
    {
        Arm("late", 3);
        Arm("early, armed first", 1);
        Arm("early, armed second", 1);

        _time.Advance(Second * 5);

        Assert.Equal(["early, armed first @1", "early, armed second @1", "late @3"], _fired);
        Assert.Equal(Second * 5, _time.Elapsed);
    }

    [Fact]
    public void A_timer_fires_exactly_when_due_and_not_before()
    {
        Arm("one", 2);
        _time.Advance(Second * 2 - TimeSpan.FromTicks(1));
        Assert.Empty(_fired);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["one @2"], _fired);
    }

    [Fact]
    public void What_a_callback_arms_within_the_span_fires_in_the_same_advance()
    {
        using var first = _time.CreateTimer(_ => Arm("second", 1), null, Second, Timeout.InfiniteTimeSpan);
        Arm("beyond", 4);
        _time.Advance(Second * 3);
        Assert.Equal(["second @2"], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_due_time()
    {
        using var timer = _time.CreateTimer(_ => Note("tick"), null, Second, Second * 2);
        _time.Advance(Second * 6);
        Assert.Equal(["tick @1", "tick @3", "tick @5"], _fired);
    }

    [Fact]
    public void A_period_of_zero_is_a_single_shot()
    {
        using var timer = _time.CreateTimer(_ => Note("tick"), null, Second, TimeSpan.Zero);
        _time.Advance(Second * 6);
        Assert.Equal(["tick @1"], _fired);
        _time.AssertNoArmedTimers();
    }

    [Fact]
    public void A_timer_due_at_once_fires_in_the_next_advance_even_by_zero()
    {
        Arm("now", 0);
        Assert.Empty(_fired);
        _time.Advance(TimeSpan.Zero);
        Assert.Equal(["now @0"], _fired);
    }

    [Fact]
    public void Change_rearms_disarms_and_goes_to_the_end_of_the_order()
    {
        var first = Arm("first", 1);
        var second = Arm("second", 1);
        Assert.True(first.Change(Second, Timeout.InfiniteTimeSpan));
        _time.Advance(Second);
        Assert.Equal(["second @1", "first @1"], _fired);

        Assert.True(first.Change(Second, Timeout.InfiniteTimeSpan));
        Assert.True(first.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _time.Advance(Second * 10);
        Assert.Equal(2, _fired.Count);
        Assert.Equal(2, _time.OpenTimers);
        second.Dispose();
    }

    [Fact]
    public void A_disposed_timer_never_fires_and_cannot_be_changed()
    {
        var timer = Arm("gone", 1);
        timer.Dispose();
        timer.Dispose();
        Assert.False(timer.Change(Second, Second));
        _time.Advance(Second * 2);
        Assert.Empty(_fired);
        _time.AssertNoOpenTimers();
    }

    [Fact]
    public void A_timer_disposed_by_an_earlier_callback_of_the_same_moment_does_not_fire()
    {
        ITimer? victim = null;
        using var killer = _time.CreateTimer(_ => victim!.Dispose(), null, Second, Timeout.InfiniteTimeSpan);
        victim = Arm("victim", 1);
        _time.Advance(Second);
        Assert.Empty(_fired);
    }

    [Fact]
    public async Task DisposeAsync_waits_for_the_callback_that_runs()
    {
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        var timer = _time.CreateTimer(
            _ =>
            {
                inside.SetResult();
                release.Wait(TestContext.Current.CancellationToken);
            },
            null,
            Second,
            Timeout.InfiniteTimeSpan);
        var advancing = Task.Run(() => _time.Advance(Second), TestContext.Current.CancellationToken);
        await inside.Task;

        var disposing = timer.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        release.Set();
        await disposing;
        await advancing;
    }

    [Fact]
    public void Out_of_range_times_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(-2), Second));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.CreateTimer(static _ => { }, null, Second, TimeSpan.FromDays(50)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Advancing_inside_a_callback_is_refused_and_leaves_the_clock_usable()
    {
        using var timer = _time.CreateTimer(_ => _time.Advance(Second), null, Second, Timeout.InfiniteTimeSpan);
        Assert.Throws<InvalidOperationException>(() => _time.Advance(Second));
        _time.Advance(Second);
        Assert.Equal(Second * 2, _time.Elapsed);
    }

    [Fact]
    public void Callbacks_run_in_the_execution_context_of_their_creator()
    {
        var local = new AsyncLocal<string> { Value = "creator" };
        string? seen = null;
        using var timer = _time.CreateTimer(_ => seen = local.Value, null, Second, Timeout.InfiniteTimeSpan);
        local.Value = "advancer";
        _time.Advance(Second);
        Assert.Equal("creator", seen);
    }

    private ITimer Arm(string name, int seconds) => _time.CreateTimer(_ => Note(name), null, Second * seconds, Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name} @{_time.Elapsed.TotalSeconds:0}");
}
