using System.Diagnostics;
using System.Globalization;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.FirstBytes;

/// <summary>The program that asks with a stream: one streamtype, no certificates.</summary>
internal static class StreamFirstByte
{
    public static async Task<int> RunAsync(BenchPeer peer)
    {
        await using var context = SsContext.FromJson(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 20 } }],
              "s": [{ "page": {
                "endpoint": "127.0.0.1", "port": {{peer.Ports[BenchPeer.Http1]}}, "protocol": "h1", "http_method": "GET", "http_url": "{{BenchServer.BodyPath}}", "retry": "default"
              } }]
            }
            """));
        var handler = new Handler();
        var stream = context.Create("page", handler);
        stream.Connect();
        if (await handler.FirstByteAsync() is not { } firstByte)
            return 1;
        FirstByteRun.Report(firstByte);
        return 0;
    }

    private sealed class Handler : SecureStreamHandler
    {
        private readonly TaskCompletionSource<long?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long? _firstByte;
        private int _bytes;
        private bool _acknowledged;

        /// <summary>When it came, once the whole answer is there; null when there was none.</summary>
        public Task<long?> FirstByteAsync() => _ended.Task;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.QosAckRemote)
                _acknowledged = true;
            else if (change.State is SsState.Disconnected or SsState.Unreachable or SsState.AllRetriesFailed)
                _ended.TrySetResult(_acknowledged && _bytes == WorkloadTable.BodyBytes ? _firstByte : null);
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if (!payload.IsEmpty)
                _firstByte ??= Stopwatch.GetTimestamp();
            _bytes += payload.Length;
            return SsResult.Continue;
        }
    }
}
