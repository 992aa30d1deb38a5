using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Context.Files;

/// <summary>When watched files are read and what becomes of it, on a clock of the test's, which gives the notices too.</summary>
public sealed class PolicyWatchTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedNotices _notices = new();

    [Fact]
    public async Task Files_are_read_when_they_have_been_quiet()
    {
        await using var bench = Open();
        bench.Write(2);
        _notices.Give();
        _time.Advance(Quiet - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, bench.Port);

        // Begins anew with each.
        bench.Write(3);
        _notices.Give();
        _time.Advance(Quiet - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, bench.Port);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var update = await bench.NextAsync();
        Assert.Equal((true, 1L, 3), (update.Applied, update.Revision, bench.Port));
        Assert.Same(update, bench.Watch.LastUpdate);
        Assert.Null(bench.Watch.Problem);
        bench.AssertNoMore();
        bench.Log.AssertClean();
    }

    [Fact]
    public async Task A_file_that_is_never_quiet_is_read_at_the_longest_wait()
    {
        await using var bench = Open();
        for (var i = 0; i < 20; i++)
        {
            bench.Write(100 + i);
            _notices.Give();
            Assert.Equal(1, bench.Port);
            _time.Advance(TimeSpan.FromMilliseconds(100)); // The twentieth makes two seconds.
        }

        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(119, bench.Port);
    }

    [Fact]
    public async Task A_text_that_is_not_whole_is_waited_for_and_never_told()
    {
        await using var bench = Open();
        var whole = WatchBench.Policy(2);
        for (var length = 0; length < whole.Length; length += 20)
        {
            bench.Write("policy.json", whole[..length]);
            _notices.Give();
            _time.Advance(Quiet);
            await ArmedAsync(Patience);
            _time.Advance(Patience - TimeSpan.FromMilliseconds(1)); // Almost too long.
        }

        bench.Write("policy.json", whole);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(2, bench.Port);
        Assert.DoesNotContain(bench.Log.Entries, static entry => entry.Id.Name == "PolicyUpdateRefused");
    }

    [Theory]
    [InlineData("""{ "s": [{ "one": { "endpoint": "peer.test", "port": 2 }""", "SSP0012")]
    [InlineData("", "empty")]
    [InlineData("""{ "s": [{ "one": { "endpoint": "peer.test", "port": 70000, "protocol": "raw" } }] }""", "70000")]
    [InlineData("""{ "s": [] }""", "no streamtype")]
    public async Task What_stays_unusable_is_told_once_and_the_next_good_version_is_applied(string text, string reason)
    {
        await using var bench = Open();
        bench.Write("policy.json", text);
        _notices.Give();
        _time.Advance(Quiet);
        await ArmedAsync(Patience);
        Assert.Null(bench.Watch.Problem);
        _time.Advance(Patience);
        var refused = await bench.NextAsync();
        Assert.False(refused.Applied);
        Assert.Contains(reason, refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(refused.Refusal, bench.Watch.Problem);
        Assert.Equal((0L, 1), (bench.Context.PolicyRevision, bench.Port));

        // Touched as it is, it says nothing new.
        _notices.Give();
        _time.Advance(Quiet);
        bench.Write(4);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(4, bench.Port);
        Assert.Null(bench.Watch.Problem);
        bench.AssertNoMore();
        Assert.Single(bench.Log.Entries, static entry => entry.Id.Name == "PolicyUpdateRefused");
    }

    [Fact]
    public async Task What_changes_for_ever_and_is_never_right_is_told_after_ten_times_the_patience()
    {
        await using var bench = Open();
        var almost = Patience - TimeSpan.FromMilliseconds(1);
        for (var i = 0; i < 8; i++)
        {
            bench.Write("policy.json", new string('[', i + 1));
            _notices.Give();
            _time.Advance(Quiet);
            await ArmedAsync(Patience);
            _time.Advance(almost);
        }

        bench.Write("policy.json", "{");
        _notices.Give();
        _time.Advance(Quiet);
        var left = (10 * Patience) - (8 * (Quiet + almost));
        await ArmedAsync(left);
        bench.AssertNoMore();
        _time.Advance(left);
        Assert.False((await bench.NextAsync()).Applied);
    }

    [Fact]
    public async Task Files_that_only_were_touched_change_nothing()
    {
        await using var bench = Open();
        for (var i = 0; i < 3; i++)
        {
            bench.Write(1);
            _notices.Give();
            _time.Advance(Quiet);
        }

        bench.Write(2);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.Equal(1, (await bench.NextAsync()).Revision);
        bench.AssertNoMore();
    }

    [Fact]
    public async Task A_file_that_is_gone_is_warned_of_once_and_back_as_it_was_it_is_nothing_new()
    {
        await using var bench = Open();
        File.Delete(bench.PathOf("policy.json"));
        _notices.Give();
        _time.Advance(Quiet);
        await ArmedAsync(Patience);
        _time.Advance(Patience);
        var line = await bench.LineAsync("PolicyFileUnreadable");
        Assert.Contains(bench.PathOf("policy.json"), line, StringComparison.Ordinal);
        Assert.Contains("Policy revision 0 stays in force", line, StringComparison.Ordinal);
        Assert.Contains("cannot be read", bench.Watch.Problem, StringComparison.Ordinal);

        bench.Write(1);
        _notices.Give();
        _time.Advance(Quiet);
        await bench.LineAsync("PolicyFilesRestored");
        Assert.Null(bench.Watch.Problem);
        Assert.Equal(0, bench.Context.PolicyRevision);

        bench.Write(2);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Single(bench.Log.Entries, static entry => entry.Id.Name == "PolicyFileUnreadable");
    }

    [Fact]
    public async Task A_refused_file_that_is_taken_back_leaves_the_revision_alone_unless_something_else_is_in_force_by_now()
    {
        await using var bench = Open();
        await RefuseAsync();
        bench.Write(1);
        _notices.Give();
        _time.Advance(Quiet);
        await bench.LineAsync("PolicyFilesRestored");
        Assert.Equal(0, bench.Context.PolicyRevision);

        bench.Context.UpdatePolicy(WatchBench.Policy(9));
        await RefuseAsync();
        bench.Write(1);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal((2L, 1), (bench.Context.PolicyRevision, bench.Port));

        async Task RefuseAsync()
        {
            bench.Write("policy.json", "{ ");
            _notices.Give();
            _time.Advance(Quiet);
            await ArmedAsync(Patience);
            _time.Advance(Patience);
            Assert.False((await bench.NextAsync()).Applied);
        }
    }

    [Fact]
    public async Task Without_notices_the_regular_look_finds_what_changed()
    {
        await using var bench = Open(TimeSpan.FromSeconds(5));
        _notices.Lose(bench.Folder, "no space left on device");
        _notices.Lose(bench.Folder, "no space left on device");
        var line = await bench.LineAsync("PolicyFileNoticesLost");
        Assert.Contains("every 5 s", line, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Contains("fs.inotify.max_user_watches", line, StringComparison.Ordinal);

        await ArmedAsync(TimeSpan.FromSeconds(5));
        bench.Write(2);
        _time.Advance(TimeSpan.FromSeconds(5));
        await ArmedAsync(Quiet);
        Assert.Equal(1, _notices.Remade);
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(2, bench.Port);
    }

    [Fact]
    public async Task What_changed_between_the_first_reading_and_the_watch_is_seen()
    {
        await using var bench = new WatchBench();
        bench.Write(1);
        bench.Open(Options(), _time);
        await bench.Watch.DisposeAsync();
        Assert.Null(bench.Context.PolicyWatch);
        bench.Write(2);
        var updated = new TaskCompletionSource<SsPolicyUpdate>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = bench.Context.WatchPolicyFiles(Options() with { Updated = updated.SetResult });
        Assert.Throws<InvalidOperationException>(() => bench.Context.WatchPolicyFiles());
        await ArmedAsync(Quiet);
        _time.Advance(Quiet);
        Assert.True((await updated.Task).Applied);
        Assert.Equal(2, bench.Port);
    }

    [Fact]
    public async Task Overlays_count_in_their_order_and_one_that_is_refused_keeps_all_from_acting()
    {
        await using var bench = new WatchBench();
        bench.Write(1);
        bench.Write("site.json", """{ "s": [{ "one": { "port": 2 } }] }""");
        bench.Open(Options(), _time, "policy.json", "site.json");
        Assert.Equal([bench.PathOf("policy.json"), bench.PathOf("site.json")], bench.Watch.Paths);
        bench.Context.ApplyOverlay("""{ "s": [{ "one": { "timeout_ms": 7000 } }] }""", "mine");
        bench.Write("site.json", """{ "s": [{ "one": { "port": 3 } }] }""");
        _notices.Give();
        _time.Advance(Quiet);
        Assert.True((await bench.NextAsync()).Applied);
        Assert.Equal(3, bench.Port);
        Assert.Contains("mine", bench.Context.Policy.Layers);
    }

    [Fact]
    public async Task The_program_may_end_the_watch_when_it_is_told_and_what_it_throws_is_logged()
    {
        await using var bench = Open();
        bench.Log.Allow("PolicyWatchCallbackFailed");
        bench.OnUpdate = _ => throw new InvalidTimeZoneException("of the program");
        bench.Write(2);
        _notices.Give();
        _time.Advance(Quiet);
        Assert.Contains("of the program", await bench.LineAsync("PolicyWatchCallbackFailed"), StringComparison.Ordinal);

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.OnUpdate = _ =>
        {
            Assert.True(bench.Watch.DisposeAsync().AsTask().IsCompleted);
            ended.SetResult();
        };
        bench.Write(3);
        _notices.Give();
        _time.Advance(Quiet);
        await bench.NextAsync();
        await ended.Task;
        Assert.Null(bench.Context.PolicyWatch);
        Assert.True(_notices.IsDisposed);
        Assert.Equal(3, bench.Port);
        _notices.Give();
        _time.AssertNoArmedTimers();
        bench.Log.AssertClean();
    }

    [Fact]
    public async Task Disposal_waits_for_an_update_under_way_and_nothing_comes_after_it()
    {
        await using var bench = Open();
        using var inside = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        bench.OnUpdate = _ =>
        {
            inside.Release();
            go.Wait();
        };
        bench.Write(2);
        _notices.Give();
        _time.Advance(Quiet);
        await inside.WaitAsync(TestContext.Current.CancellationToken);
        var disposal = bench.Context.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        go.Release();
        await disposal;
        await bench.NextAsync();
        bench.Write(3);
        _notices.Give();
        _time.Advance(Quiet);
        _time.AssertNoOpenTimers();
        bench.AssertNoMore();
        Assert.Throws<ObjectDisposedException>(() => bench.Context.WatchPolicyFiles());
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        foreach (var options in new SsPolicyWatchOptions[]
        {
            new() { QuietPeriod = TimeSpan.Zero },
            new() { LongestWait = TimeSpan.FromMilliseconds(100) },
            new() { Patience = TimeSpan.FromSeconds(-1) },
            new() { PollInterval = TimeSpan.Zero },
        })
        {
            var folder = Directory.CreateTempSubdirectory("watch-").FullName;
            File.WriteAllText(Path.Combine(folder, "policy.json"), WatchBench.Policy(1));
            Assert.Throws<ArgumentException>(() => SsContext.FromFile(Path.Combine(folder, "policy.json"), new SsContextOptions { WatchPolicyFiles = options }));
            Directory.Delete(folder, recursive: true);
        }

        var context = SsContext.FromJson(WatchBench.Policy(1), new SsContextOptions { WatchPolicyFiles = new SsPolicyWatchOptions() });
        Assert.Null(context.PolicyWatch);
        Assert.Contains("made of no file", Assert.Throws<InvalidOperationException>(() => context.WatchPolicyFiles()).Message, StringComparison.Ordinal);
    }

    private SsPolicyWatchOptions Options(TimeSpan? poll = null) => new() { PollInterval = poll ?? Timeout.InfiniteTimeSpan, Notices = _notices.Make };

    private WatchBench Open(TimeSpan? poll = null)
    {
        var bench = new WatchBench();
        bench.Write(1);
        bench.Open(Options(poll), _time);
        return bench;
    }

    private Task ArmedAsync(TimeSpan dueIn) => _time.WaitForArmedExactlyAsync(dueIn);
}
