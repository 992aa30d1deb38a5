using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Tests.Remote;

/// <summary>A remote policy when the time of day is set: fetches go by elapsed time, expiry by the time of day, and nothing storms. The server is a real one, the clock virtual.</summary>
public class RemoteClockTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1000);

    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Fetches_come_by_elapsed_time_one_each_however_the_clock_is_set()
    {
        await using var world = await BeginAsync("\"policy_refresh_s\": 1000, ");
        var fetches = world.Server.Statuses.Count;
        for (var jump = 0; jump < 20; jump++)
        {
            var by = (jump % 4) switch { 0 => Day, 1 => -Day, 2 => -Day, _ => Day };
            _clock.Advance(Interval / 2);
            _clock.Jump(by);
            Assert.Equal(_clock.GetUtcNow() + (Interval / 2), world.Remote.Status.Next);
            _clock.Advance((Interval / 2) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(TimeSpan.FromMilliseconds(1), Assert.Single(_clock.ArmedTimers).DueIn);
            Assert.Equal(fetches + jump, world.Server.Statuses.Count);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await _clock.WaitForArmedExactlyAsync(Interval);
            Assert.Equal(fetches + jump + 1, world.Server.Statuses.Count);
        }

        Assert.DoesNotContain(world.Log.Entries, static one => one.Id.Name is "RemotePolicyFetchFailed" or "RemotePolicyRefused" or "RemotePolicyExpired");
    }

    [Fact]
    public async Task The_next_fetch_is_told_after_one_that_was_asked_for_and_none_after_the_end()
    {
        await using var world = await BeginAsync("\"policy_refresh_s\": 1000, ");
        var next = _clock.GetUtcNow() + Interval;
        Assert.Equal(next, world.Remote.Status.Next);
        _clock.Advance(Interval / 4);
        Assert.Equal(SsRemotePolicyOutcome.Unchanged, (await world.FetchAsync()).Outcome);
        Assert.Equal(next, world.Remote.Status.Next);

        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Server.Instead = async context =>
        {
            asked.TrySetResult();
            await answer.Task;
            context.Response.StatusCode = 304;
        };
        var fetch = world.FetchAsync();
        await asked.Task.OrFail(static () => "Nobody asks.");
        Assert.Null(world.Remote.Status.Next);
        answer.TrySetResult();
        await fetch;
        Assert.Equal(next, world.Remote.Status.Next);

        await world.Context.DisposeAsync();
        Assert.Null(world.Remote.Status.Next);
    }

    [Fact]
    public async Task Expiry_goes_by_the_time_of_day_forth_and_back()
    {
        await using var world = await BeginAsync("\"policy_refresh_s\": 1000, \"policy_expires\": \"2030-01-01T12:00:00Z\", ");
        Assert.Null(world.Remote.Status.Concern);
        _clock.Jump(Day);
        Assert.Contains("expired at 2030-01-01 12:00:00Z", world.Remote.Status.Concern, StringComparison.Ordinal);

        // It goes on running, and the log says so with the next fetch.
        await PassAsync(Interval);
        Assert.Equal(2, world.Context.Policy.Document.Find("policy_revision")!.Value.Value.Number);
        Assert.Single(world.Log.Entries, static one => one.Id.Name == "RemotePolicyExpired");

        _clock.Jump(-Day);
        Assert.Null(world.Remote.Status.Concern);
        await PassAsync(Interval);
        Assert.Null(world.Remote.Status.Concern);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_while_the_expiry_is_waited_for_is_no_expiry()
    {
        await using var world = await BeginAsync("\"policy_refresh_s\": 1000, \"policy_expires\": \"2030-01-01T00:10:00Z\", ", firstTimer: TimeSpan.FromMinutes(10));
        _clock.Advance(TimeSpan.FromMinutes(5));
        _clock.Jump(-Day);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await _clock.WaitForArmedExactlyAsync(Interval - TimeSpan.FromMinutes(10));
        Assert.False(world.Remote.Status.IsExpired);
        Assert.DoesNotContain(world.Log.Entries, static one => one.Id.Name == "RemotePolicyExpired");
    }

    [Fact]
    public async Task What_a_wrong_clock_takes_for_expired_is_refused_and_taken_when_the_clock_is_right()
    {
        await using var world = await BeginAsync("\"policy_refresh_s\": 1000, ");
        world.Server.Publish(world.Server.Policy(3, "\"policy_refresh_s\": 1000, \"policy_expires\": \"2030-01-01T12:00:00Z\", "));
        _clock.Jump(Day);
        await PassAsync(Interval);
        Assert.Equal((SsRemotePolicyStage.Expiry, 2L), (world.Remote.Status.LastResult!.Stage, world.Remote.Status.Revision));
        _clock.Jump(-Day);
        await PassAsync(Interval);
        Assert.Equal((SsRemotePolicyStage.None, 3L, null), (world.Remote.Status.LastResult!.Stage, world.Remote.Status.Revision, world.Remote.Status.Concern));
    }

    private async Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        await _clock.WaitForArmedExactlyAsync(Interval);
    }

    private async Task<RemoteWorld> BeginAsync(string members, TimeSpan? firstTimer = null)
    {
        var world = await RemoteWorld.StartAsync();
        try
        {
            world.Server.Publish(world.Server.Policy(2, members));
            await world.BeginAsync(world.Server.Policy(1), more: options => options with { Platform = new SsPlatform { Time = _clock, Random = new FixedRandom(0.5) } });
            Assert.Equal("applied", (await world.Server.NextReportAsync()).GetProperty("result").GetString());
            await _clock.WaitForArmedExactlyAsync(firstTimer ?? Interval);
            await _clock.WaitForTimersAsync(1);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }
}
