using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Streams that connect again whenever a transaction has ended, until all are done.</summary>
internal sealed class StreamGetSide : IWorkloadSide
{
    private readonly LocalContext _context;
    private readonly RepeatingHandler[] _handlers;
    private readonly SecureStream[] _streams;
    private readonly SharedCount _count = new();

    public StreamGetSide(Workload workload, BenchPeer peer)
    {
        _context = SsContext.FromJson(BenchPolicy.Of(workload, peer));
        _handlers = [.. Enumerable.Range(0, workload.Outstanding).Select(_ => new RepeatingHandler(_count))];
        _streams = [.. _handlers.Select(handler => _context.Create(BenchPolicy.StreamType, handler))];
    }

    public string Name => "SecureStreams";

    // One connection first: others that begin at the same moment would each make one.
    public Task OpenAsync()
    {
        _count.Set(1);
        return _handlers[0].RunAsync(_streams[0]);
    }

    public Task RunAsync(int operations)
    {
        _count.Set(operations);
        return Task.WhenAll(_handlers.Zip(_streams, static (handler, stream) => handler.RunAsync(stream)));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
