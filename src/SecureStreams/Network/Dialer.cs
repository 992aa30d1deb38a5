using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SecureStreams.Network.Identities;
using SecureStreams.Telemetry;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// The one way by which every protocol reaches its peer: names, address race, socket, counting stream, proxy, TLS. Safe from any thread; dispose it after its last dial.
/// </summary>
internal sealed class Dialer(SsPlatform platform, SsInstruments? instruments = null, ISsBlobStore? blobs = null, ILogger? logger = null) : IDisposable
{
    private readonly TrustStoreCache _trustStores = new();
    private readonly NameCache _names = new(platform);
    private volatile bool _disposed;

    /// <summary>Injects faults, in tests; null for none.</summary>
    public SsFaultInjector? Faults { get; init; }

    /// <summary>What this side shows of itself in TLS, from the blobs of the context.</summary>
    public ClientIdentities Identities { get; } = new(blobs ?? new SsMemoryBlobStore(), platform.Time);

    /// <summary>Opens a connection to <paramref name="target"/> on which the application's bytes may be sent.</summary>
    /// <exception cref="TransportException">It failed, or <see cref="NetworkDefaults.ConnectTimeout"/> ran out; the failure names phase, reason and the addresses tried.</exception>
    /// <exception cref="OperationCanceledException">The caller's token fired; the exception carries it.</exception>
    public async ValueTask<DialedConnection> DialAsync(DialTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var bound = new CancellationTokenSource(NetworkDefaults.ConnectTimeout, platform.Time);
        return await DialAsync(target, new DialProgress(target), bound.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="DialAsync(DialTarget, CancellationToken)"/>, without a bound: the caller has its own, and <paramref name="progress"/> for the words when it runs out.</summary>
    /// <exception cref="TransportException">It failed; the failure names phase, reason and the addresses tried.</exception>
    /// <exception cref="OperationCanceledException">The caller's token fired; the exception carries it.</exception>
    public ValueTask<DialedConnection> DialAsync(DialTarget target, DialProgress progress, CancellationToken cancellationToken) =>
        DialAsync(target, progress, CancellationToken.None, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<DialedConnection> DialAsync(DialTarget target, DialProgress progress, CancellationToken bound, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();

        using var either = bound.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bound) : null;
        var dial = new DialAttempt(target, progress, platform, _trustStores, Identities, _names, Faults);
        try
        {
            var connection = await dial.RunAsync(either?.Token ?? cancellationToken).ConfigureAwait(false);
            instruments?.Dialed(connection.Timings, target.UnixPath is not null);
            if (logger is not null && connection.Summary is { Warnings.Count: > 0 } summary)
            {
                foreach (var warning in summary.Warnings)
                    NetworkLog.Warning(logger, summary.Endpoint, warning);
            }

            return connection;
        }
        catch (Exception error)
        {
            // Whoever cancelled has lost interest in reasons, even in one that came at the same moment.
            if (cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException("The dial was cancelled.", error, cancellationToken);
            throw new TransportException(dial.Explain(error, bound.IsCancellationRequested ? NetworkDefaults.ConnectTimeout : null));
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _trustStores.Dispose();
        Identities.Dispose();
    }
}
