using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Server.Listening;

/// <summary>
/// The one way in, for every protocol: binds what the policy says, accepts, and hands each connection on that is within the limits, before a byte of it is read. It never throws
/// once it is bound, and never gives up: what keeps the operating system from accepting is waited for.
/// </summary>
internal sealed partial class ListenSocket : IDisposable
{
    private readonly List<Socket> _sockets;
    private readonly Func<StreamTypePolicy> _policy;
    private readonly SsPlatform _platform;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConnectionLimits _limits;
    private readonly Action<string>? _dropped;
    private Action<AcceptedSocket>? _take;
    private Task[] _loops = [];
    private int _warned;

    private ListenSocket(List<Socket> sockets, Func<StreamTypePolicy> policy, SsPlatform platform, ILogger logger, Action<string>? dropped, ConnectionLimits? limits)
    {
        _sockets = sockets;
        _policy = policy;
        _platform = platform;
        _logger = logger;
        _dropped = dropped;
        _limits = limits ?? new ConnectionLimits(policy().Name, logger, platform.Time);
        EndPoints = [.. sockets.Select(static one => one.LocalEndPoint!)];
    }

    /// <summary>Where it is bound; ports are the real ones.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; }

    /// <summary>Connections that are open.</summary>
    public int Connections => _limits.Count;

    /// <summary>Asks the operating system for the next connection; a test puts failures in its place.</summary>
    internal Func<Socket, CancellationToken, ValueTask<Socket>> Acceptor { get; init; } = static (socket, stop) => socket.AcceptAsync(stop);

    /// <summary>Binds and listens; nothing is accepted before <see cref="Start"/>.</summary>
    /// <param name="policy">The policy in force, asked for every connection.</param>
    /// <param name="platform">The world.</param>
    /// <param name="logger">Where the operator is told.</param>
    /// <param name="dropped">Told the reason of each connection that is closed unread; null for nobody.</param>
    /// <param name="acceptor">In place of the operating system's; null for that.</param>
    /// <param name="before">The socket whose place it takes: its connections count against the limits of this one too. Null for none.</param>
    /// <exception cref="SsPolicyException">The policy names nothing that can be listened on.</exception>
    /// <exception cref="IOException">It cannot be had; the message says why and what mends it.</exception>
    public static ListenSocket Bind(
        Func<StreamTypePolicy> policy, SsPlatform platform, ILogger logger, Action<string>? dropped = null, Func<Socket, CancellationToken, ValueTask<Socket>>? acceptor = null, ListenSocket? before = null)
    {
        var now = policy();
        var target = ListenTarget.Of(now, platform.Names, platform.Time);
        List<Socket> sockets;
        try
        {
            sockets = target.UnixPath is { } path ? [UnixListenPath.Listen(path, ListenPlan.Of(now))] : TcpListen.Listen(target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Streamtype '{now.Name}' {error.Message}{(now.Locate("endpoint") is { } at ? $" ({at})" : "")}", error);
        }

        var limits = before?._limits;
        var bound = acceptor is null ? new ListenSocket(sockets, policy, platform, logger, dropped, limits) : new ListenSocket(sockets, policy, platform, logger, dropped, limits) { Acceptor = acceptor };
        foreach (var endPoint in bound.EndPoints)
            ServerLog.Listening(logger, now.Name, EndPointText.Of(endPoint));
        return bound;
    }

    /// <summary>Begins to accept. Once.</summary>
    /// <param name="take">Gets each connection and owns it then; called on the loop that accepts, so that it must not wait.</param>
    public void Start(Action<AcceptedSocket> take)
    {
        _take = take;

        // Whoever starts it may have ambient state that is nobody else's.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            _loops = [.. _sockets.Select(socket => Task.Run(() => AcceptAsync(socket)))];
    }

    /// <summary>Stops listening. Connections that were handed on stay.</summary>
    /// <param name="takeWaiting">Whether those that the operating system has and that were not accepted yet are still handed on; else their peers see a reset.</param>
    public async Task StopAsync(bool takeWaiting)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        if (takeWaiting && _take is not null)
        {
            foreach (var socket in _sockets)
                TakeWaiting(socket);
        }

        Dispose();
        ServerLog.Stopped(_logger, _policy().Name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        _stop.Dispose();
    }
}
