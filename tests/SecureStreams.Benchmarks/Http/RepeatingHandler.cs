using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Benchmarks.Http;

/// <summary>Begins the next transaction when one has ended; checks length and acknowledgement of each.</summary>
internal sealed class RepeatingHandler : SecureStreamHandler
{
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private int _bytes;
    private bool _acknowledged;

    public Task RunAsync(SecureStream stream, int transactions)
    {
        _left = transactions;
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stream.Connect();
        return _done.Task;
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connecting:
                _bytes = 0;
                _acknowledged = false;
                break;
            case SsState.QosAckRemote:
                _acknowledged = true;
                break;
            case SsState.Disconnected when !_acknowledged || _bytes != BenchServer.BodyBytes:
                _done.TrySetException(new InvalidOperationException($"A transaction went wrong: {_bytes} bytes, acknowledged: {_acknowledged}, {change.Cause}"));
                break;
            case SsState.Disconnected when --_left > 0:
                stream.Connect();
                break;
            case SsState.Disconnected:
                _done.TrySetResult();
                break;
            case SsState.Unreachable or SsState.QosNackRemote:
                _done.TrySetException(new InvalidOperationException($"{change.State}: {change.Cause}"));
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _bytes += payload.Length;
        return SsResult.Continue;
    }
}
