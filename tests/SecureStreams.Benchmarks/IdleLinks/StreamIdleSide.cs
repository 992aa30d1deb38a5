using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Streams;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.IdleLinks;

/// <summary>Streams, with all that they watch.</summary>
internal sealed class StreamIdleSide(Workload workload, BenchPeer peer) : IIdleSide
{
    private readonly LocalContext _context = SsContext.FromJson(BenchPolicy.Of(workload, peer));
    private readonly List<SecureStream> _streams = [];

    // One for all, so that no stream is charged for one.
    private readonly OpeningHandler _handler = new();

    public async Task OpenAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // One after the other, as the bare side does: how fast many can be opened at once is another matter.
            var stream = _context.Create(BenchPolicy.StreamType, _handler);
            _streams.Add(stream);
            var opened = _handler.Next();
            stream.Connect();
            await opened;
        }
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private sealed class OpeningHandler : SecureStreamHandler
    {
        private TaskCompletionSource _opened = new();

        public Task Next()
        {
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _opened.Task;
        }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State == SsState.Connected)
                _opened.TrySetResult();
            else if (change.State is SsState.Unreachable or SsState.AllRetriesFailed or SsState.Disconnected)
                _opened.TrySetException(new InvalidOperationException($"{change.State}: {change.Cause}"));
            return SsResult.Continue;
        }
    }
}
