using System.Net;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server;

/// <summary>What every listener on a socket is made of, whatever its protocol: the policy in force, TLS, the way in, the books, the end.</summary>
internal abstract partial class ServerListener : SsListener, ILiveListener
{
    private readonly LocalContext _context;
    private ListenSocket _socket;
    private readonly ListenerEnd _end;

    /// <summary>Binds; nothing is accepted before <see cref="Begin"/>.</summary>
    /// <exception cref="SsPolicyException">The policy says nothing that can be listened on, or its certificate cannot be used.</exception>
    /// <exception cref="IOException">The address or path cannot be had.</exception>
    protected ServerListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        _context = context;
        Accept = accept;
        Platform = context.Options.Platform;
        Logger = new GuardedLogger(context.Options.LoggerFactory.CreateLogger("SecureStreams.Server"));
        Policy = new ListenerPolicy(context, policy, Logger);
        Accepted = context.NewAcceptedStreams();
        if (policy.Tls)
        {
            Tls = new ServerTls(policy.Name, context.Blobs, Platform.Time, Logger);
            Tls.Check(policy);
        }

        try
        {
            _socket = Bind(Policy.Now, before: null);
        }
        catch
        {
            Tls?.Dispose();
            throw;
        }

        _end = new ListenerEnd(Accepted, Policy.Now, StopAsync, SettledAsync, FreeAsync);
    }

    /// <inheritdoc/>
    public sealed override string StreamType => Policy.Began.Name;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<EndPoint> EndPoints => Volatile.Read(ref _socket).EndPoints;

    /// <inheritdoc/>
    public sealed override IReadOnlyCollection<SecureStream> Streams => Accepted.All;

    /// <summary>Connections that are open, for tests.</summary>
    internal int Connections => Volatile.Read(ref _socket).Connections;

    /// <summary>What streams of the context have in common.</summary>
    protected StreamRuntime Runtime => _context.Runtime;

    /// <summary>The world.</summary>
    protected SsPlatform Platform { get; }

    /// <summary>Where the operator is told.</summary>
    protected ILogger Logger { get; }

    /// <summary>The policy in force.</summary>
    protected ListenerPolicy Policy { get; }

    /// <summary>Its TLS; null for plaintext.</summary>
    protected ServerTls? Tls { get; }

    /// <summary>Its books.</summary>
    protected AcceptedStreams Accepted { get; }

    /// <summary>The application's.</summary>
    protected Func<SecureStream, SecureStreamHandler?> Accept { get; }

    /// <inheritdoc/>
    public sealed override ValueTask<int> DrainAsync(CancellationToken cancellationToken = default) => _end.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public sealed override ValueTask DisposeAsync() => _end.DisposeAsync();

    /// <summary>Begins to accept.</summary>
    /// <exception cref="ObjectDisposedException">The context is disposed; nothing is left.</exception>
    protected void Begin()
    {
        if (!_context.TryAdd(this))
        {
            _ = DisposeAsync().AsTask();
            throw new ObjectDisposedException(typeof(LocalContext).FullName);
        }

        _socket.Start(Arrived);

        // A change that came between has not seen it.
        if (!ReferenceEquals(_context.FindPolicy(StreamType), Policy.Began))
            TellPolicyChanged();
    }

    /// <summary>A connection came, which is owned by whoever is called. On the loop that accepts: it must not wait.</summary>
    protected abstract void Arrived(AcceptedSocket accepted);

    /// <summary>No connection comes any more: completes when those that have come are on their way.</summary>
    /// <param name="draining">Whether they are still wanted.</param>
    protected abstract Task StoppedAsync(bool draining);

    /// <summary>Completes when no connection brings new streams any more. Asked for in a drain, after <see cref="StoppedAsync"/>.</summary>
    protected virtual Task SettledAsync() => Task.CompletedTask;

    /// <summary>Every stream has ended: lets go what they needed.</summary>
    protected virtual Task FreedAsync() => Task.CompletedTask;

    private async Task StopAsync(bool draining)
    {
        await StopListeningAsync(draining).ConfigureAwait(false);
        await StoppedAsync(draining).ConfigureAwait(false);
    }

    private async Task FreeAsync()
    {
        await FreedAsync().ConfigureAwait(false);
        Tls?.Dispose();
        _context.Forget(this);
    }
}
