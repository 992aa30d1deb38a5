using SecureStreams.Core;
using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>The timer of a stream, on a clock whose timers fire when the test says so: also late, when they have been stopped or started anew.</summary>
public sealed class StreamTimerTests : IDisposable
{
    private static readonly TimeSpan Due = TimeSpan.FromSeconds(1);

    private readonly ManualScheduler _scheduler = new();
    private readonly HandClock _clock = new();
    private readonly Mailbox _mailbox;
    private readonly StreamTimer _timer;
    private Action? _onFired;
    private int _fired;

    public StreamTimerTests()
    {
        _mailbox = new Mailbox(_scheduler, static error => Assert.Fail(error.ToString()));
        _timer = new StreamTimer(_clock, _mailbox, () =>
        {
            _fired++;
            _onFired?.Invoke();
        });
    }

    [Fact]
    public void One_that_is_started_anew_whenever_it_fires_is_made_once_and_allocates_nothing()
    {
        _onFired = () => _timer.StartOnMailbox(Due);
        OnMailbox(_onFired);
        Fire();
        Assert.Equal(0, Allocated.Least(Fire));

        Assert.Equal(4, _fired);
        Assert.True(_timer.IsArmed);
        Assert.Equal((1, Due), (_clock.Made.Count, _clock.Made[0].Due));
        OnMailbox(_timer.CancelOnMailbox);
        Assert.True(_clock.Made[0].IsDisposed);
    }

    [Fact]
    public void One_that_fired_and_is_not_started_again_holds_nothing()
    {
        OnMailbox(() => _timer.StartOnMailbox(Due));
        Fire();

        Assert.Equal((1, false), (_fired, _timer.IsArmed));
        Assert.True(_clock.Made[0].IsDisposed);
    }

    [Fact]
    public void A_firing_that_is_under_way_while_it_is_started_anew_is_nobodys()
    {
        OnMailbox(() => _timer.StartOnMailbox(Due));
        Post(() => _timer.StartOnMailbox(2 * Due));
        _clock.Made[0].Fire();
        _scheduler.RunUntilIdle();
        Assert.Equal((0, true), (_fired, _timer.IsArmed));

        // And one that comes later still.
        _clock.Made[0].Fire();
        _scheduler.RunUntilIdle();
        Assert.Equal(0, _fired);

        Fire();
        Assert.Equal((1, 2), (_fired, _clock.Made.Count));
    }

    [Fact]
    public void A_firing_that_is_under_way_while_it_is_stopped_is_nobodys()
    {
        OnMailbox(() => _timer.StartOnMailbox(Due));
        Post(_timer.CancelOnMailbox);
        _clock.Made[0].Fire();
        _scheduler.RunUntilIdle();

        Assert.Equal((0, false), (_fired, _timer.IsArmed));
        Assert.True(_clock.Made[0].IsDisposed);
    }

    [Fact]
    public void One_that_is_started_twice_when_it_fires_fires_once_more_for_the_second()
    {
        _onFired = () =>
        {
            _onFired = null;
            _timer.StartOnMailbox(Due);
            _timer.StartOnMailbox(2 * Due);
        };
        OnMailbox(() => _timer.StartOnMailbox(Due));
        Fire();
        Assert.True(_clock.Made[0].IsDisposed);

        // The first of both, late.
        _clock.Made[0].Fire();
        _scheduler.RunUntilIdle();
        Assert.Equal(1, _fired);
        Fire();
        Assert.Equal((2, false), (_fired, _timer.IsArmed));
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>The newest one fires, and all comes of it that comes now.</summary>
    private void Fire()
    {
        _clock.Made[^1].Fire();
        _scheduler.RunUntilIdle();
    }

    private void OnMailbox(Action action)
    {
        Post(action);
        _scheduler.RunUntilIdle();
    }

    private void Post(Action action) => _mailbox.Post(new Work(action));

    private sealed class Work(Action action) : IMailboxWork
    {
        public void RunOnMailbox(long argument) => action();
    }

    private sealed class HandClock : TimeProvider
    {
        public List<HandTimer> Made { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Made.Add(new HandTimer(callback, state, dueTime));
            return Made[^1];
        }
    }

    private sealed class HandTimer(TimerCallback callback, object? state, TimeSpan due) : ITimer
    {
        public TimeSpan Due { get; private set; } = due;

        public bool IsDisposed { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return !IsDisposed;
        }

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
