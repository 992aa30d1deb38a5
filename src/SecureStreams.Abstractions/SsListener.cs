namespace SecureStreams;

/// <summary>A server or local sink streamtype that is being served; disposing it closes the listening socket, if there is one, and ends its accepted streams.</summary>
public abstract class SsListener : IAsyncDisposable
{
    /// <summary>The streamtype.</summary>
    public abstract string StreamType { get; }

    /// <summary>Closes the listening socket and destroys the accepted streams; completes when no callback of theirs runs any more. May be called again.</summary>
    public abstract ValueTask DisposeAsync();
}
