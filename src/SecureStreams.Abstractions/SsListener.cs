namespace SecureStreams;

/// <summary>A listening server streamtype; disposing it closes the listening socket and ends its accepted streams.</summary>
public abstract class SsListener : IAsyncDisposable
{
    /// <summary>The server streamtype.</summary>
    public abstract string StreamType { get; }

    /// <summary>Closes the listening socket and destroys the accepted streams; completes when no callback of theirs runs any more. May be called again.</summary>
    public abstract ValueTask DisposeAsync();
}
