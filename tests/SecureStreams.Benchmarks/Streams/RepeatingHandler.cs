using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>Begins the next transaction when one has ended; checks length and acknowledgement of each.</summary>
internal sealed class RepeatingHandler(SharedCount count) : SecureStreamHandler
{
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _bytes;
    private bool _acknowledged;

    public Task RunAsync(SecureStream stream)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (count.TryTake())
            stream.Connect();
        else
            _done.TrySetResult();
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
            case SsState.Disconnected when !_acknowledged || _bytes != WorkloadTable.BodyBytes:
                _done.TrySetException(new InvalidOperationException($"A transaction went wrong: {_bytes} bytes, acknowledged: {_acknowledged}, {change.Cause}"));
                break;
            case SsState.Disconnected when count.TryTake():
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
