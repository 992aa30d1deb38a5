using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Counts what it receives.</summary>
internal sealed class CountingHandler(Workload workload) : LinkHandler
{
    private int _operations;
    private int _received;
    private int _bytes;

    protected override void Begin(int operations)
    {
        _operations = operations;
        _received = 0;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // One that a read cut comes in two pieces.
        _bytes = flags.HasFlag(SsRxFlags.StartOfMessage) ? payload.Length : _bytes + payload.Length;
        if (!flags.HasFlag(SsRxFlags.EndOfMessage))
            return SsResult.Continue;
        if (_bytes != workload.Bytes)
            Fail(new InvalidOperationException($"A message of {_bytes} bytes."));
        else if (++_received == _operations)
            Complete();
        return SsResult.Continue;
    }
}
