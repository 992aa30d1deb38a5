using System.Net;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server;

/// <summary>
/// What every listener on a socket is made of, whatever its protocol: the policy in force, TLS, the way in, the books, the end. Other streamtypes may join it
/// (<c>ServerListener.Joining.cs</c>).
/// </summary>
internal abstract partial class ServerListener : SsListener, ILiveListener, IListenerHealth
{
    private readonly LocalContext _context;
    private ListenSocket _socket;
    private readonly ListenerEnd _end;
    private readonly ServerTls? _ownTls;

    /// <summary>Binds; nothing is accepted before <see cref="Begin"/>.</summary>
    /// <exception cref="SsPolicyException">The policy says nothing that can be listened on, or its certificate cannot be used.</exception>
    /// <exception cref="IOException">The address or path cannot be had.</exception>
    protected ServerListener(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        _context = context;
        Platform = context.Options.Platform;
        Logger = new GuardedLogger(context.Options.LoggerFactory.CreateLogger("SecureStreams.Server"));
        Policy = new ListenerPolicy(context, policy, Logger, mayMove: true);
        Accepted = context.NewAcceptedStreams(policy.Name);
        Own = new ServerRoute(RoutePlan.Of(policy), Policy, Accepted, accept, tls: null, new StreamLimit(Accepted, Logger));
        Routes.TryAdd(Own);
        if (policy.Tls)
        {
            _ownTls = new ServerTls(Policy.Now, context.Blobs, Platform.Time, Logger);
            _ownTls.Check();
            Tls = new ServerTlsHosts(_ownTls, Routes, Platform.Time);
        }

        try
        {
            _socket = Bind(Policy.Now, before: null);
        }
        catch
        {
            _ownTls?.Dispose();
            throw;
        }

        _end = new ListenerEnd(Accepted, Policy.Now, StopAsync, SettleAllAsync, FreeAsync, IsInsideJoined);
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
    protected ServerTlsHosts? Tls { get; }

    /// <summary>Its books.</summary>
    protected AcceptedStreams Accepted { get; }

    /// <summary>The streamtype that has the listener.</summary>
    protected ServerRoute Own { get; }

    /// <summary>It and those that have joined.</summary>
    protected RouteTable Routes { get; } = new();

    /// <inheritdoc/>
    public sealed override async ValueTask<int> DrainAsync(CancellationToken cancellationToken = default)
    {
        var left = await _end.DrainAsync(cancellationToken).ConfigureAwait(false);
        return left + Volatile.Read(ref _leftOfJoined);
    }

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

    /// <summary>A connection has ended before a stream came of it, which its end could be told to.</summary>
    protected void TellUnaccepted(StreamTypePolicy policy, string peer, Exception error, TimeSpan bound)
    {
        var failure = TransportException.Find(error)
            ?? (error is OperationCanceledException
                ? new TransportFailure(SsPhase.Timeout, SsCauseCode.ConnectTimeout, $"the client did not finish its TLS handshake, or send a byte, within {bound.TotalSeconds:0.###} s") { Attribute = "unauthenticated_timeout_ms" }
                : NetworkErrors.FromException(error, "before its first request"));
        TellUnaccepted(policy, peer, failure);
    }

    /// <summary>As that for an error, of what was refused.</summary>
    protected void TellUnaccepted(StreamTypePolicy policy, string peer, TransportFailure failure)
    {
        var detail = TellGivenUp(policy, peer, failure);
        Runtime.Trials.Result(policy.Name, policy, good: false, detail);
    }

    /// <summary>A client was given up for what it does, which says nothing against a policy on trial.</summary>
    protected SsDetail TellGivenUp(StreamTypePolicy policy, string peer, TransportFailure failure) =>
        FailureReporter.Report(Accepted.Runtime, policy.Name, 0, policy, SsState.Connecting, failure with { Endpoint = peer }, new SsCause(failure.Phase, failure.Code));

    private async Task StopAsync(bool draining)
    {
        CloseJoining();
        await StopListeningAsync(draining).ConfigureAwait(false);
        await StoppedAsync(draining).ConfigureAwait(false);
    }

    private async Task FreeAsync()
    {
        await EndJoinedAsync().ConfigureAwait(false);
        await FreedAsync().ConfigureAwait(false);
        _ownTls?.Dispose();
        _context.Forget(this);
    }
}
