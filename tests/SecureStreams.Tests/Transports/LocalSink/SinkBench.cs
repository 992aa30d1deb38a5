using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SecureStreams.Implementation;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports.InMemory;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>A context with local sinks on a manual clock. Disposing it checks that nothing is left behind.</summary>
internal sealed class SinkBench : IAsyncDisposable
{
    private const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000], "conceal": 2, "jitterpc": 0 } }],
          "s": [{
            "work": { "local_sink": true, "retry": "default", "metadata": [{ "m": "" }] },
            "once": { "local_sink": true, "opportunistic": true, "connect_timeout_ms": 500 },
            "tight": { "local_sink": true, "rx_watermark_high": 20000, "rx_watermark_low": 5000 },
            "wire": { "endpoint": "peer.test", "port": 1, "protocol": "raw" }
          }]
        }
        """;

    public SinkBench(SsScheduler? scheduler = null, IMeterFactory? meters = null)
    {
        var platform = new SsPlatform { Time = Clock };
        if (scheduler is not null)
            platform = platform with { Scheduler = scheduler };
        Context = SsContext.FromJson(Policy, new SsContextOptions { Platform = platform, LoggerFactory = Log, MeterFactory = meters, Transports = _ => new InMemoryNetwork(Clock) });
    }

    public ManualTimeProvider Clock { get; } = new();

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    /// <summary>The handlers of accepted streams, in the order in which they were asked for.</summary>
    public ConcurrentQueue<RecordingHandler> Accepted { get; } = new();

    public SsListener Listen(string streamType, Action<RecordingHandler>? setup = null) =>
        Context.CreateListener(streamType, _ =>
        {
            var handler = new RecordingHandler();
            setup?.Invoke(handler);
            Accepted.Enqueue(handler);
            return handler;
        });

    public (SecureStream Stream, RecordingHandler Handler) Create(string streamType, Action<RecordingHandler>? setup = null)
    {
        var handler = new RecordingHandler();
        setup?.Invoke(handler);
        return (Context.Create(streamType, handler), handler);
    }

    /// <summary>Connects a source to a sink that listens already.</summary>
    public async Task<(SecureStream Source, RecordingHandler Handler, RecordingHandler Accepted)> JoinAsync(string streamType, Action<RecordingHandler>? setup = null)
    {
        var (stream, handler) = Create(streamType, setup);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Connected);
        return (stream, handler, Accepted.Last());
    }

    /// <summary>Lets a back-off of exactly <paramref name="delay"/> pass.</summary>
    public async Task PassAsync(TimeSpan delay)
    {
        await Clock.WaitForArmedExactlyAsync(delay);
        Clock.Advance(delay);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync().AsTask().OrFail(static () => "Disposing the context does not end.");
        foreach (var handler in Accepted)
            handler.AssertCleanAndDestroyed();
        Clock.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
    }
}
