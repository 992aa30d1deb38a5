using Microsoft.Extensions.Logging;
using SecureStreams.States;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Connectivity;

/// <summary>The order of system states, what holds them up and for how long, and what watchers are told.</summary>
public sealed class SystemStatesTests : IDisposable
{
    private static readonly SsSystemState[] All =
    [
        SsSystemState.ContextCreated, SsSystemState.Initialized, SsSystemState.CpdPostTime, SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational, SsSystemState.ContextDestroying,
    ];

    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();
    private readonly SystemStates _states;

    public SystemStatesTests() => _states = new SystemStates(_clock, _log.CreateLogger("test"));

    public void Dispose()
    {
        _states.Dispose();
        _clock.AssertNoArmedTimers();
        _log.AssertClean();
        _log.Dispose();
    }

    [Fact]
    public async Task Without_conditions_it_is_operational_at_once_and_an_early_watcher_sees_each_state()
    {
        var seen = SeeAllAsync();
        _states.Start();
        Assert.Equal(SsSystemState.Operational, _states.Current);
        _states.Dispose();
        Assert.Equal(All, await seen);
    }

    [Fact]
    public async Task A_late_watcher_gets_the_present_first_and_one_after_the_end_the_last()
    {
        _states.Start();
        var seen = SeeAllAsync();
        _states.Dispose();
        Assert.Equal([SsSystemState.Operational, SsSystemState.ContextDestroying], await seen);
        Assert.Equal([SsSystemState.ContextDestroying], await SeeAllAsync());
    }

    [Fact]
    public async Task Conditions_are_met_in_order_before_their_state()
    {
        var fetched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> began = [];
        _states.Require(new(SsSystemState.Auth1, "b", TimeSpan.FromSeconds(1), _ => Begin("b", Task.CompletedTask)));
        _states.Require(new(SsSystemState.PolicyValid, "a1", TimeSpan.FromSeconds(1), _ => Begin("a1", fetched.Task)));
        _states.Require(new(SsSystemState.PolicyValid, "a2", TimeSpan.FromSeconds(1), _ => Begin("a2", Task.CompletedTask)));
        _states.Start();
        Assert.Equal(SsSystemState.CpdPostTime, _states.Current);
        Assert.Equal(["a1"], began);

        var seen = SeeUntilAsync(SsSystemState.Operational);
        fetched.SetResult();
        Assert.Equal([SsSystemState.CpdPostTime, SsSystemState.PolicyValid, SsSystemState.Auth1, SsSystemState.Operational], await seen);
        Assert.Equal(["a1", "a2", "b"], began);

        Task Begin(string name, Task work)
        {
            began.Add(name);
            return work;
        }
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("faults")]
    [InlineData("cancels")]
    public void A_condition_that_fails_holds_nothing_up(string how)
    {
        _log.Allow("goes on without the fetch");
        _states.Require(new(SsSystemState.PolicyValid, "the fetch", TimeSpan.FromSeconds(1), _ => how switch
        {
            "throws" => throw new InvalidOperationException("no"),
            "faults" => Task.FromException(new IOException("no")),
            _ => Task.FromCanceled(new CancellationToken(true)),
        }));
        _states.Start();

        Assert.Equal(SsSystemState.Operational, _states.Current);
        Assert.Contains(_log.Entries, static one => one.ToString().Contains("goes on without the fetch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_condition_that_hangs_is_given_up_at_its_bound(bool heedsItsToken)
    {
        _log.Allow("which did not end within");
        _states.Require(new(SsSystemState.PolicyValid, "the fetch", TimeSpan.FromSeconds(7), token => Task.Delay(Timeout.InfiniteTimeSpan, _clock, heedsItsToken ? token : default)));
        _states.Start();
        var seen = SeeUntilAsync(SsSystemState.Operational);
        _clock.Advance(TimeSpan.FromMilliseconds(6999));
        Assert.Equal(SsSystemState.CpdPostTime, _states.Current);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(SsSystemState.Operational, (await seen)[^1]);
    }

    [Fact]
    public async Task At_the_end_whatever_is_waited_for_is_cancelled_and_no_state_follows()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _states.Require(new(SsSystemState.PolicyValid, "the fetch", Timeout.InfiniteTimeSpan, token =>
        {
            token.Register(cancelled.SetResult);
            return cancelled.Task;
        }));
        _states.Start();
        var seen = SeeAllAsync();
        _states.Dispose();
        await cancelled.Task.OrFail(static () => "It was not cancelled.");
        Assert.Equal([SsSystemState.CpdPostTime, SsSystemState.ContextDestroying], await seen);
    }

    [Fact]
    public async Task A_watcher_that_never_reads_holds_nobody_up_and_one_that_stops_is_forgotten()
    {
        using var stop = new CancellationTokenSource();
        await using var idle = _states.WatchAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await idle.MoveNextAsync());
        var stopped = _states.WatchAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await stopped.MoveNextAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stopped.MoveNextAsync());

        _states.Start();
        _states.Dispose();
        foreach (var state in All[1..])
        {
            Assert.True(await idle.MoveNextAsync());
            Assert.Equal(state, idle.Current);
        }

        Assert.False(await idle.MoveNextAsync());
    }

    [Fact]
    public async Task Of_many_announcements_the_newest_are_kept()
    {
        var numbers = new Announcements<int>(0);
        await using var slow = numbers.WatchAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await slow.MoveNextAsync());
        for (var i = 1; i <= 1000; i++)
            numbers.Tell(i);
        numbers.End();
        List<int> rest = [];
        while (await slow.MoveNextAsync())
            rest.Add(slow.Current);
        Assert.Equal(Enumerable.Range(1001 - Announcements<int>.Capacity, Announcements<int>.Capacity), rest);
        Assert.False(numbers.Tell(7));
    }

    private Task<List<SsSystemState>> SeeAllAsync() => SeeUntilAsync(SsSystemState.ContextDestroying);

    private Task<List<SsSystemState>> SeeUntilAsync(SsSystemState last)
    {
        var all = _states.WatchAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);

        // The first step is taken here, so that what is watched begins now.
        var first = all.MoveNextAsync();
        return CollectAsync().OrFail(() => $"It is {_states.Current}.");

        async Task<List<SsSystemState>> CollectAsync()
        {
            List<SsSystemState> seen = [];
            await using (all)
            {
                for (var more = await first; more; more = seen[^1] != last && await all.MoveNextAsync())
                    seen.Add(all.Current);
            }

            return seen;
        }
    }
}
