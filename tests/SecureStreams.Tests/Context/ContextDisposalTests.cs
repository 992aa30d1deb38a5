using SecureStreams.Policy;
using SecureStreams.Core;
using SecureStreams.Telemetry;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Context;

/// <summary>When disposing a context completes, for whom, and what it never does.</summary>
public sealed class ContextDisposalTests
{
    [Fact]
    public async Task Every_caller_waits_for_the_same_end()
    {
        using var log = new TestLog();
        var mayEnd = new TaskCompletionSource();
        var factory = new LoopTransportFactory(mayEnd: mayEnd.Task);
        var context = factory.NewContext(log);
        var handler = new RecordingHandler();
        context.Create("link", handler).Connect();
        await handler.WaitForStateAsync(SsState.Connected);

        var first = context.DisposeAsync().AsTask();
        var second = context.DisposeAsync().AsTask();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.False(factory.IsDisposed);

        mayEnd.SetResult();
        await Task.WhenAll(first, second).OrFail(handler.Describe);
        Assert.True(factory.IsDisposed);
    }

    [Fact]
    public async Task A_stream_that_is_destroyed_and_still_closing_is_waited_for()
    {
        using var log = new TestLog();
        var mayEnd = new TaskCompletionSource();
        var factory = new LoopTransportFactory(mayEnd: mayEnd.Task);
        var context = factory.NewContext(log);
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, static (SecureStream _, in SsStateChange _) => SsResult.Destroy);
        context.Create("link", handler).Connect();
        await handler.WaitForStateAsync(SsState.Destroying);

        var disposal = context.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        Assert.False(factory.IsDisposed);
        mayEnd.SetResult();
        await disposal.OrFail(handler.Describe);
    }

    [Fact]
    public async Task Inside_callbacks_of_two_streams_at_once_it_completes_at_once_and_the_rest_goes_on_by_itself()
    {
        using var log = new TestLog();
        var factory = new LoopTransportFactory();
        var context = factory.NewContext(log);
        using var both = new Barrier(2);
        var handlers = new[] { NewHandler(), NewHandler() };
        foreach (var handler in handlers)
            context.Create("link", handler).Connect();

        foreach (var handler in handlers)
            await handler.WaitForStateAsync(SsState.Destroying);
        await context.DisposeAsync().AsTask().OrFail(handlers[0].Describe);
        Assert.True(factory.IsDisposed);
        foreach (var handler in handlers)
            handler.AssertCleanAndDestroyed();

        RecordingHandler NewHandler() => new RecordingHandler().OnStateDo(SsState.Connected, _ =>
        {
            both.SignalAndWait(TestContext.Current.CancellationToken);

            // Each would wait for the other's callback.
            Assert.True(context.DisposeAsync().AsTask().Wait(TestTimeouts.Unexpected));
        });
    }

    [Fact]
    public async Task It_waits_for_a_stream_that_is_being_created_by_another_thread()
    {
        using var log = new TestLog();
        var factory = new LoopTransportFactory();
        var context = factory.NewContext(log);
        Task? disposal = null;
        var handler = new RecordingHandler().OnStateDo(SsState.Creating, _ =>
        {
            using var started = new ManualResetEventSlim();
            disposal = Task.Run(() =>
            {
                var end = context.DisposeAsync().AsTask();
                started.Set();
                return end;
            });
            started.Wait();
            Assert.False(disposal.IsCompleted);
            Assert.False(factory.IsDisposed);
        });

        context.Create("link", handler);
        await disposal!.OrFail(handler.Describe);
        Assert.Equal("Creating Destroying", handler.Story);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task Who_finds_a_stream_before_it_is_created_disposes_it_after_Creating()
    {
        await using var bench = new CoreBench();
        var (stream, handler, scheduler) = NewStream(bench);

        Task disposal = Task.CompletedTask;
        var other = new Thread(() => disposal = stream.DisposeAsync().AsTask());
        other.Start();
        other.Join();
        scheduler.RunUntilIdle();
        stream.Create([]);
        scheduler.RunUntilIdle();
        await disposal.OrFail(handler.Describe);

        Assert.Equal("Creating Destroying", handler.Story);
        handler.AssertCleanAndDestroyed();
    }

    [Fact]
    public async Task A_stream_whose_metadata_is_refused_is_gone_without_a_word()
    {
        await using var bench = new CoreBench();
        var (stream, handler, scheduler) = NewStream(bench);

        Assert.Throws<SsMetadataException>(() => stream.Create([new("nonsense", "x")]));
        var disposal = stream.DisposeAsync().AsTask();
        scheduler.RunUntilIdle();
        await disposal.OrFail(handler.Describe);
        Assert.Empty(handler.States);
    }

    private static (LocalStream Stream, RecordingHandler Handler, ManualScheduler Scheduler) NewStream(CoreBench bench)
    {
        var scheduler = new ManualScheduler();
        var platform = new SsPlatform { Time = bench.Clock, Scheduler = scheduler };
        var runtime = new StreamRuntime
        {
            Context = bench.Context,
            Platform = platform,
            Diagnostics = bench.Context.Diagnostics,
            Logger = bench.Log.CreateLogger("test"),
            Telemetry = new StreamTelemetry(SsInstruments.Shared, TimeProvider.System),
            Transports = bench.Network,
            Governor = new RetryGovernor(TimeProvider.System, static () => GovernorPolicy.Default),
            Destroyed = static _ => { },
        };
        var handler = new RecordingHandler();
        return (new LocalStream(runtime, bench.Context.Policy.StreamTypes["link"], handler, 1, null), handler, scheduler);
    }
}
