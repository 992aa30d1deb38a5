namespace SecureStreams;

/// <summary>
/// Finds out where the network leads, by the streamtype <see cref="StreamType"/> of the policy. Safe from any thread. It looks when it is asked to; a context looks by itself
/// only if its options say so.
/// </summary>
public abstract class SsCaptivePortal
{
    /// <summary>The streamtype that asks: <c>captive_portal_detect</c>, as in lws.</summary>
    public const string StreamType = "captive_portal_detect";

    /// <summary>The finding of <see cref="Last"/>.</summary>
    public SsInternet Internet => Last.Internet;

    /// <summary>The last that is known. It goes on to be this while somebody looks again.</summary>
    public abstract SsInternetReport Last { get; }

    /// <summary>
    /// Looks now. Who asks while somebody looks already gets the same result. It ends within the streamtype's <c>timeout_ms</c>, or 3 s where it states none, whatever the peer does.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting of this caller alone.</param>
    /// <returns>What was found; a network that leads nowhere is a result and no exception.</returns>
    /// <exception cref="SsPolicyException">The policy has no such streamtype, or it is none that a request can be made with: a server, a local sink, not <c>h1</c>, <c>h2</c> or <c>h3</c>.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed, or was meanwhile.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public abstract Task<SsInternetReport> DetectAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Every report from now on, and first of all the last one there is. Who takes them more slowly than they come loses the oldest, 16 are kept, and never the newest. It ends when
    /// the context is disposed.
    /// </summary>
    /// <param name="cancellationToken">Ends it, with <see cref="OperationCanceledException"/>.</param>
    public abstract IAsyncEnumerable<SsInternetReport> WatchAsync(CancellationToken cancellationToken = default);
}
