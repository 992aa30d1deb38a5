using SecureStreams.Remote;

namespace SecureStreams;

/// <summary>The remote policy of a context (<see cref="LocalContext.RemotePolicy"/>): fetched at the start and again by an interval. Safe from any thread.</summary>
public sealed class SsRemotePolicy
{
    private readonly RemotePolicyLoop _loop;

    internal SsRemotePolicy(RemotePolicyLoop loop) => _loop = loop;

    /// <summary>How things stand now.</summary>
    public SsRemotePolicyStatus Status => _loop.Status;

    /// <summary>Fetches now. When a fetch is under way already, this is that one: there is never more than one at a time.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the fetch.</param>
    /// <returns>What the fetch came to; what is wrong with a policy or a server is a result, not an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public Task<SsRemotePolicyResult> RefreshAsync(CancellationToken cancellationToken = default) => _loop.FetchAsync(cancellationToken);
}
