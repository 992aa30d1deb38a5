namespace SecureStreams.Benchmarks.Streams;

/// <summary>A handler of a connection that lasts: what it sends and expects is its own; a connection that ends fails the run.</summary>
internal abstract class LinkHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is connected; faulted when the first attempt failed.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Does so many operations.</summary>
    public Task RunAsync(SecureStream stream, int operations)
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Begin(operations);
        stream.RequestTransmit();
        return _done.Task;
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Connected)
            _opened.TrySetResult();
        else if (change.State is SsState.Unreachable or SsState.AllRetriesFailed or SsState.Disconnected)
            Fail(new InvalidOperationException($"{change.State}: {change.Cause}"));
        return SsResult.Continue;
    }

    /// <summary>Makes ready. Nothing is under way.</summary>
    protected abstract void Begin(int operations);

    protected void Complete() => _done.TrySetResult();

    protected void Fail(Exception error)
    {
        _opened.TrySetException(error);
        _done.TrySetException(error);
    }
}
