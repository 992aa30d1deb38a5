namespace SecureStreams;

/// <summary>A listening server streamtype; disposing it closes the listening socket and ends its accepted streams.</summary>
public abstract class SsListener : IAsyncDisposable
{
    /// <summary>The server streamtype.</summary>
    public abstract string StreamType { get; }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
