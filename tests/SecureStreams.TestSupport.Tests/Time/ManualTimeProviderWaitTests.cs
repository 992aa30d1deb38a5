using SecureStreams.Testing;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.TestSupport.Tests.Time;

public class ManualTimeProviderWaitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_can_await_that_a_timer_is_armed_before_it_advances()
    {
        // Each round the other side arms on its own thread at a time of its own; without the wait the advance would come first now and then.
        for (var round = 0; round < 200; round++)
        {
            var working = Task.Run(() => Task.Delay(Second, _time, Cancellation), Cancellation);
            await _time.WaitForTimersAsync(1);
            _time.Advance(Second);
            await working;
        }

        _time.AssertNoOpenTimers();
    }

    [Fact]
    public async Task Waits_for_a_timer_within_a_span()
    {
        using var far = _time.CreateTimer(static _ => { }, null, Second * 60, Timeout.InfiniteTimeSpan);
        var waiting = _time.WaitForArmedAsync(Second * 5);
        Assert.False(waiting.IsCompleted);
        using var near = _time.CreateTimer(static _ => { }, null, Second * 4, Second);

        var armed = await waiting;

        Assert.Equal(Second * 4, armed.DueIn);
        Assert.Equal(Second, armed.Period);
        Assert.Contains(nameof(ManualTimeProviderWaitTests), armed.Owner, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advancing_may_bring_a_timer_within_the_span()
    {
        using var timer = _time.CreateTimer(static _ => { }, null, Second * 60, Timeout.InfiniteTimeSpan);
        var waiting = _time.WaitForArmedExactlyAsync(Second * 5);
        _time.Advance(Second * 50);
        Assert.False(waiting.IsCompleted);
        _time.Advance(Second * 5);
        await waiting;
    }

    [Fact]
    public async Task Waits_until_no_timer_is_armed()
    {
        var timer = _time.CreateTimer(static _ => { }, null, Second, Timeout.InfiniteTimeSpan);
        var waiting = _time.WaitForNoTimersAsync();
        Assert.False(waiting.IsCompleted);
        _time.Advance(Second);
        await waiting;
        Assert.Equal(1, _time.OpenTimers);
        timer.Dispose();
    }

    [Fact]
    public void Open_and_armed_timers_are_listed_and_asserted_gone()
    {
        var timer = _time.CreateTimer(static _ => { }, "state", Second, Timeout.InfiniteTimeSpan);
        Assert.Contains("String", Assert.Throws<SsAssertionException>(_time.AssertNoArmedTimers).Message, StringComparison.Ordinal);
        Assert.Throws<SsAssertionException>(_time.AssertNoOpenTimers);
        _time.Advance(Second);
        _time.AssertNoArmedTimers();
        Assert.Throws<SsAssertionException>(_time.AssertNoOpenTimers);
        timer.Dispose();
        _time.AssertNoOpenTimers();
    }

    [Fact]
    public void Advances_to_the_next_timer()
    {
        using var second = _time.CreateTimer(static _ => { }, null, Second * 7, Timeout.InfiniteTimeSpan);
        using var first = _time.CreateTimer(static _ => { }, null, Second * 3, Timeout.InfiniteTimeSpan);
        Assert.Equal(Second * 3, _time.AdvanceToNextTimer());
        Assert.Equal(Second * 4, _time.AdvanceToNextTimer());
        Assert.Throws<SsAssertionException>(() => _time.AdvanceToNextTimer());
    }

    [Fact]
    public async Task The_platforms_delays_timeouts_and_periodic_timers_run_on_it()
    {
        var delay = Task.Delay(Second, _time, Cancellation);
        using var source = new CancellationTokenSource(Second * 2, _time);
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bounded = never.Task.WaitAsync(Second * 3, _time, Cancellation);
        using var periodic = new PeriodicTimer(Second * 4, _time);
        var tick = periodic.WaitForNextTickAsync(Cancellation).AsTask();

        _time.Advance(Second);
        Assert.True(delay.IsCompletedSuccessfully);
        Assert.False(source.IsCancellationRequested);
        _time.Advance(Second);
        Assert.True(source.IsCancellationRequested);
        Assert.False(bounded.IsCompleted);
        _time.Advance(Second);
        await Assert.ThrowsAsync<TimeoutException>(() => bounded);
        _time.Advance(Second);
        Assert.True(await tick);
    }

    [Fact]
    public async Task A_cancelled_delay_leaves_no_timer()
    {
        using var source = new CancellationTokenSource();
        var delay = Task.Delay(Second, _time, source.Token);
        Assert.Equal(1, _time.OpenTimers);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delay);
        _time.AssertNoOpenTimers();
    }
}
