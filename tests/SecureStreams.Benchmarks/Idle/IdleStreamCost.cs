using SecureStreams.Transports;

namespace SecureStreams.Benchmarks.Idle;

/// <summary>Measures what streams hold while nothing happens: many of them, all alive, before and after a full collection.</summary>
internal static class IdleStreamCost
{
    private const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 20 } }],
          "s": [{ "link": { "endpoint": "peer.test", "port": 80, "protocol": "raw", "retry": "default" } }]
        }
        """;

    /// <summary>What a stream costs, with all it holds.</summary>
    /// <param name="count">How many streams.</param>
    /// <param name="connect">Whether they connect; else they are as they were created.</param>
    /// <param name="network">What they connect to.</param>
    public static async Task<IdleFigures> MeasureAsync(int count, bool connect, ITransportFactory network)
    {
        var timers = new TimerCount();
        await using var context = SsContext.FromJson(Policy, new SsContextOptions { Platform = new SsPlatform { Time = timers }, Transports = _ => network });
        await MakeAsync(context, new SecureStream[64], connect);

        var streams = new SecureStream[count];
        var bytes = Held();
        var alive = timers.Alive;
        await MakeAsync(context, streams, connect);
        var figures = new IdleFigures((double)(Held() - bytes) / count, (double)(timers.Alive - alive) / count);
        GC.KeepAlive(streams);
        return figures;
    }

    /// <summary>What <paramref name="make"/> allocates and holds, one object or a few.</summary>
    public static double BytesOf(Func<object> make)
    {
        const int Count = 1_000;
        var kept = new object[Count];
        kept[0] = make();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
            kept[i] = make();
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Count;
    }

    private static async Task MakeAsync(LocalContext context, SecureStream[] streams, bool connect)
    {
        var handler = new CountingHandler(connect ? streams.Length : 0);
        for (var i = 0; i < streams.Length; i++)
        {
            streams[i] = context.Create("link", handler);
            if (connect)
                streams[i].Connect();
        }

        await handler.AllConnected;
    }

    private static long Held()
    {
        // Twice, since what finalizers let go is only then found.
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>One handler for all, so that no stream is charged for one.</summary>
    private sealed class CountingHandler : SecureStreamHandler
    {
        private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        public CountingHandler(int left)
        {
            _left = left;
            if (left == 0)
                _connected.SetResult();
        }

        public Task AllConnected => _connected.Task;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected && Interlocked.Decrement(ref _left) == 0)
                _connected.TrySetResult();
            return SsResult.Continue;
        }
    }
}
