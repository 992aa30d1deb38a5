namespace SecureStreams.Testing.Hosting;

/// <summary>A context that remembers the streams it made.</summary>
internal sealed class TrackingContext(SsContext inner) : SsContext
{
    private readonly Lock _lock = new();
    private readonly List<SecureStream> _streams = [];

    public override SsDiagnostics Diagnostics => inner.Diagnostics;

    public override SsSystemState SystemState => inner.SystemState;

    public override SsCaptivePortal CaptivePortal => inner.CaptivePortal;

    /// <summary>Those that have not ended.</summary>
    public IReadOnlyList<SecureStream> Open
    {
        get
        {
            lock (_lock)
                return [.. _streams.Where(static one => one.State != SsState.Destroying)];
        }
    }

    public override SecureStream Create(string streamType, SecureStreamHandler handler, SsStreamOptions? options = null)
    {
        var stream = inner.Create(streamType, handler, options);
        lock (_lock)
        {
            _streams.RemoveAll(static one => one.State == SsState.Destroying);
            _streams.Add(stream);
        }

        return stream;
    }

    public override SsListener CreateListener(string streamType, Func<SecureStream, SecureStreamHandler?> accept) => inner.CreateListener(streamType, accept);

    public override IAsyncEnumerable<SsSystemState> WatchSystemStatesAsync(CancellationToken cancellationToken = default) => inner.WatchSystemStatesAsync(cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
