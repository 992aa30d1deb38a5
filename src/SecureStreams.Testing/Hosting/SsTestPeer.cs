namespace SecureStreams.Testing;

/// <summary>The other side of a streamtype that was moved onto a local sink: what the application's streams talk to. Safe from any thread.</summary>
public sealed class SsTestPeer : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly Func<SecureStream, SecureStreamHandler?>? _accept;
    private readonly Lock _lock = new();
    private SsListener? _listener;

    internal SsTestPeer(SsContext context, TimeProvider time, string streamType, Func<SecureStream, SecureStreamHandler?>? accept)
    {
        _context = context;
        _accept = accept;
        StreamType = streamType;
        Recorder = new SsStateRecorder(null, time);
        Start();
    }

    /// <summary>The streamtype it serves.</summary>
    public string StreamType { get; }

    /// <summary>The handler of accepted streams where the test gave none: records what they are told.</summary>
    public SsStateRecorder Recorder { get; }

    /// <summary>The streams that are connected to it now.</summary>
    public IReadOnlyCollection<SecureStream> Streams
    {
        get
        {
            lock (_lock)
                return _listener?.Streams ?? [];
        }
    }

    /// <summary>The server goes down: its streams end, and nobody is let in until <see cref="Start"/>. To those who try, the cause is <c>Connect/NoLocalSink</c>.</summary>
    /// <returns>Completed when its streams have ended.</returns>
    public async ValueTask StopAsync()
    {
        SsListener? listener;
        lock (_lock)
            (listener, _listener) = (_listener, null);
        if (listener is not null)
            await listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The server comes back. Does nothing while it is there.</summary>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public void Start()
    {
        lock (_lock)
            _listener ??= _context.CreateListener(StreamType, stream => _accept is null ? Recorder : _accept(stream));
    }

    /// <summary>Drops the streams that are connected now; those who come next are let in.</summary>
    public void DropAll()
    {
        foreach (var stream in Streams)
            stream.Disconnect();
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    /// <returns>Completed when its streams have ended.</returns>
    public ValueTask DisposeAsync() => StopAsync();
}
