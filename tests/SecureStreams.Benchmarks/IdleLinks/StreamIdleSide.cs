using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Streams;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>Streams, with all that they watch.</summary>
internal sealed class StreamIdleSide(Workload workload, BenchPeer peer) : IIdleSide
{
    private readonly LocalContext _context = SsContext.FromJson(BenchPolicy.Of(workload, peer));
    private readonly List<SecureStream> _streams = [];

    public async Task OpenAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // One after the other, as the bare side does: how fast many can be opened at once is another matter.
            var handler = new OpeningHandler();
            var stream = _context.Create(BenchPolicy.StreamType, handler);
            _streams.Add(stream);
            stream.Connect();
            await handler.Opened.Task;
        }
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private sealed class OpeningHandler : SecureStreamHandler
    {
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
                Opened.TrySetResult();
            else if (change.State is SsState.Unreachable or SsState.AllRetriesFailed or SsState.Disconnected)
                Opened.TrySetException(new InvalidOperationException($"{change.State}: {change.Cause}"));
            return SsResult.Continue;
        }
    }
}
