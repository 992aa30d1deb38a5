using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Counts what it receives.</summary>
internal sealed class CountingHandler(Workload workload) : LinkHandler
{
    private int _operations;
    private int _received;

    protected override void Begin(int operations)
    {
        _operations = operations;
        _received = 0;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (payload.Length != workload.Bytes || !flags.HasFlag(SsRxFlags.EndOfMessage))
            Fail(new InvalidOperationException($"A message of {payload.Length} bytes, {flags}."));
        else if (++_received == _operations)
            Complete();
        return SsResult.Continue;
    }
}
