using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>One stream over ws or raw, connected once.</summary>
internal sealed class StreamLinkSide : IWorkloadSide
{
    private readonly LocalContext _context;
    private readonly LinkHandler _handler;
    private readonly SecureStream _stream;

    public StreamLinkSide(Workload workload, BenchPeer peer)
    {
        _context = SsContext.FromJson(BenchPolicy.Of(workload, peer));
        _handler = workload.Kind switch
        {
            WorkloadKind.Echo => new EchoHandler(workload),
            WorkloadKind.OneWay => new OneWayHandler(workload),
            WorkloadKind.BulkEcho => new BulkEchoHandler(workload),
            _ => new BulkOneWayHandler(),
        };
        _stream = _context.Create(BenchPolicy.StreamType, _handler);
    }

    public string Name => "SecureStreams";

    public Task OpenAsync()
    {
        _stream.Connect();
        return _handler.Opened;
    }

    public Task RunAsync(int operations) => _handler.RunAsync(_stream, operations);

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
