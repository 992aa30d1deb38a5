namespace SecureStreams.Tests.Network.Support;

/// <summary>An empty stream that tells when it is disposed.</summary>
internal sealed class TrackedStream : MemoryStream
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Disposed => _disposed.Task;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _disposed.TrySetResult();
    }
}
