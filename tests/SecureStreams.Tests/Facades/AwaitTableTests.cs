using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>
/// Every public member that is awaited, in every situation: nothing hangs, nothing that was cancelled or disposed harms what comes after, and no failure goes unobserved.
/// </summary>
[Collection(Core.AloneCollection.Name)]
public sealed class AwaitTableTests
{
    public static TheoryData<string> All => [.. AwaitTable.Rows.Select(static row => row.Member)];

    public static TheoryData<string> Cancellable => [.. AwaitTable.Rows.Where(static row => row.TakesToken).Select(static row => row.Member)];

    [Fact]
    public void Every_public_member_that_is_awaited_has_a_row()
    {
        var rows = AwaitTable.Rows.Select(static row => row.Member).Concat(AwaitTable.Exempt.Keys).ToList();
        var members = AwaitTable.Members().ToList();
        Assert.Empty(members.Except(rows));
        Assert.Empty(rows.Except(members));
        Assert.Equal(rows.Count, rows.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public Task Normal(string member) => TryAsync(member, static async (row, bench) =>
    {
        Connect(row, bench);
        var work = Begin(row, bench, CancellationToken.None);
        if (row.Waits)
            Assert.False(work.IsCompleted);
        bench.Release();
        await Ends(work);
        Assert.Equal(TaskStatus.RanToCompletion, work.Status);
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(Cancellable))]
    public Task Cancelled_before(string member) => TryAsync(member, static async (row, bench) =>
    {
        Connect(row, bench);
        await Ends(Begin(row, bench, new CancellationToken(canceled: true)), TaskStatus.Canceled);
        bench.Release();
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(Cancellable))]
    public Task Cancelled_during(string member) => TryAsync(member, static async (row, bench) =>
    {
        using var cancel = new CancellationTokenSource();
        Connect(row, bench);
        var work = Begin(row, bench, cancel.Token);
        await cancel.CancelAsync();
        await Ends(work, row.Waits ? TaskStatus.Canceled : null);
        bench.Release();
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(Cancellable))]
    public Task Cancelled_after(string member) => TryAsync(member, static async (row, bench) =>
    {
        using var cancel = new CancellationTokenSource();
        Connect(row, bench);
        var work = Begin(row, bench, cancel.Token);
        bench.Release();
        await Ends(work, TaskStatus.RanToCompletion);
        await cancel.CancelAsync();
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(Cancellable))]
    public Task Cancelled_just_as_it_ends(string member) => TryAsync(member, static async (row, bench) =>
    {
        using var cancel = new CancellationTokenSource();
        Connect(row, bench);
        var work = Begin(row, bench, cancel.Token);
        await Task.WhenAll(Task.Run(bench.Release), Task.Run(cancel.Cancel));
        await Ends(work);
        Assert.NotEqual(TaskStatus.Faulted, work.Status);
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Stream_disposed_during(string member) => TryAsync(member, static async (row, bench) =>
    {
        Connect(row, bench);
        var work = Begin(row, bench, CancellationToken.None);
        await Ends(bench.Stream(row.StreamType).DisposeAsync().AsTask(), TaskStatus.RanToCompletion);
        bench.Release();
        await Ends(work);
        AssertTypical(work);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Context_disposed_during(string member) => TryAsync(member, static async (row, bench) =>
    {
        Connect(row, bench);
        var work = Begin(row, bench, CancellationToken.None);
        await Ends(bench.Context.DisposeAsync().AsTask(), TaskStatus.RanToCompletion);
        await Ends(work);
        AssertTypical(work);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Stream_disposed_just_as_it_begins(string member) => TryAsync(member, static async (row, bench) =>
    {
        var stream = bench.Stream(row.StreamType);
        var disposal = Task.Run(async () => await stream.DisposeAsync());
        var work = Task.Run(() => row.Start(bench, CancellationToken.None));
        await Ends(disposal, TaskStatus.RanToCompletion);
        bench.Release();
        await Ends(work);
        AssertTypical(work);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Two_threads_at_once(string member) => TryAsync(member, static async (row, bench) =>
    {
        Connect(row, bench);
        using var barrier = new Barrier(2);
        var calls = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait(TestTimeouts.Unexpected);
                return Begin(row, bench, CancellationToken.None);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();

        // Both have been called: what the peer sends from now on is for them.
        var works = await Task.WhenAll(calls).OrFail(static () => "A call does not return.");
        bench.Release();
        foreach (var work in works)
        {
            await Ends(work);
            if (work.IsFaulted)
                Assert.IsType<InvalidOperationException>(work.Exception!.InnerException);
        }

        Assert.Contains(works, static work => work.Status == TaskStatus.RanToCompletion);
        await AgainAsync(row, bench);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Blocked_on_inside_a_callback_of_the_stream(string member) => TryAsync(member, static async (row, bench) =>
    {
        var inside = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Prepare(row, bench);
        bench.InCallback = () =>
        {
            var work = Begin(row, bench, CancellationToken.None);
            if (row.RefusedInCallback)
                Assert.True(work.IsCompleted, "It waits, and would have waited for itself.");
            inside.SetResult(work);
        };
        bench.Stream(row.StreamType).Connect();
        var begun = await inside.Task.OrFail(static () => "No callback came.");
        if (row.RefusedInCallback)
        {
            await Ends(begun, TaskStatus.Faulted);
            var error = Assert.IsType<InvalidOperationException>(begun.Exception!.InnerException);
            Assert.Contains("would wait for ever", error.Message, StringComparison.Ordinal);
        }

        bench.Release();
        await Ends(begun);
        await AgainAsync(row, bench);
    });

    /// <summary>Whatever a row makes once is made here, outside callbacks.</summary>
    private static SecureStream Prepare(AwaitRow row, FacadeBench bench) => bench.Stream(row.StreamType);

    /// <summary>Reading does not connect; what sends does so itself, and this does no harm.</summary>
    private static void Connect(AwaitRow row, FacadeBench bench)
    {
        if (row.StreamType != "post")
            bench.Stream(row.StreamType).Connect();
    }

    /// <summary>Begins it; what it throws at once counts as its failure.</summary>
    private static Task Begin(AwaitRow row, FacadeBench bench, CancellationToken token)
    {
        try
        {
            return row.Start(bench, token);
        }
        catch (Exception error)
        {
            return Task.FromException(error);
        }
    }

    /// <summary>The next call does what it should, whatever became of the one before.</summary>
    private static async Task AgainAsync(AwaitRow row, FacadeBench bench)
    {
        var again = Begin(row, bench, CancellationToken.None);
        bench.More();
        await Ends(again, TaskStatus.RanToCompletion);
    }

    private static async Task Ends(Task work, TaskStatus? status = null)
    {
        await work.ContinueWith(static one => _ = one.Exception, TaskScheduler.Default).OrFail(static () => "It hangs.");
        if (status is { } wanted && work.Status != wanted)
            Assert.Fail($"It is {work.Status}, not {wanted}: {work.Exception?.InnerException}");
    }

    private static void AssertTypical(Task work)
    {
        if (work.IsFaulted)
            Assert.True(work.Exception!.InnerException is SsStreamException or ObjectDisposedException, work.Exception.InnerException!.ToString());
    }

    /// <summary>Runs a trial on a bench of its own and sees that nothing is left unobserved.</summary>
    private static async Task TryAsync(string member, Func<AwaitRow, FacadeBench, Task> trial)
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) =>
        {
            lock (unobserved)
                unobserved.Add(e.Exception);
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            var row = AwaitTable.Rows.Single(one => one.Member == member);
            await using (var bench = new FacadeBench())
                await trial(row, bench);
            for (var i = 0; i < 2; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }

        lock (unobserved)
            Assert.Empty(unobserved);
    }
}
