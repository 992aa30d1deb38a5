using System.Net;

namespace SecureStreams;

/// <summary>A server or local sink streamtype that is being served; disposing it closes the listening socket, if it has one of its own, and ends its accepted streams. Safe from any thread.</summary>
public abstract class SsListener : IAsyncDisposable
{
    /// <summary>The streamtype.</summary>
    public abstract string StreamType { get; }

    /// <summary>
    /// Where it listens, with the port that it really has where the policy's is 0: an <see cref="IPEndPoint"/> for each address, or the one of a Unix socket. Empty for a local
    /// sink; that of the other listener for one that joins it. A change of the policy may move it; it stays the same when the listener is disposed.
    /// </summary>
    public abstract IReadOnlyList<EndPoint> EndPoints { get; }

    /// <summary>
    /// The accepted streams that are not destroyed, in no order: a copy, made now. A stream is in it from before its handler is asked for; what is asked of one that is destroyed
    /// meanwhile throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public abstract IReadOnlyCollection<SecureStream> Streams { get; }

    /// <summary>
    /// Ends it in order: accepts no more, tells each accepted stream <see cref="SsState.EventWaitCancelled"/> with <see cref="SsCauseCode.ListenerDraining"/>, waits until they have ended,
    /// destroys those that have not, and disposes it.
    /// </summary>
    /// <param name="cancellationToken">
    /// Ends the waiting: what is left is destroyed then, as when the policy's <c>drain_timeout_ms</c> has run out, which is measured by the context's clock. It is no failure, so nothing is
    /// thrown for it.
    /// </param>
    /// <returns>
    /// How many streams had to be destroyed, those of streamtypes that have joined it included; 0 when all ended by themselves, and for one that is disposed already. Inside a callback of one of its streams it completes at once with 0,
    /// and the rest goes on by itself: that callback is part of what there is to wait for.
    /// </returns>
    public abstract ValueTask<int> DrainAsync(CancellationToken cancellationToken = default);

    /// <summary>Closes the listening socket and destroys the accepted streams; completes when no callback of theirs runs any more. May be called again.</summary>
    public abstract ValueTask DisposeAsync();
}
