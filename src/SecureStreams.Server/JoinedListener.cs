using System.Net;
using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server;

/// <summary>A server streamtype on the socket of another (<c>!name</c>): streams, drain and end are its own, and it ends with the other at the latest.</summary>
internal sealed class JoinedListener : SsListener, ILiveListener, IListenerHealth
{
    private readonly LocalContext _context;
    private readonly ServerListener _owner;
    private readonly ILogger _logger;
    private readonly ListenerEnd _end;
    private readonly ListenerPolicy _policy;
    private readonly ServerTls? _tls;

    private JoinedListener(LocalContext context, ServerListener owner, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        _context = context;
        _owner = owner;
        _logger = new GuardedLogger(context.Options.LoggerFactory.CreateLogger("SecureStreams.Server"));
        var current = _policy = new ListenerPolicy(context, policy, _logger);
        var accepted = context.NewAcceptedStreams(policy.Name);
        if (ServerTls.OwnAttribute(policy) is not null)
        {
            _tls = new ServerTls(current.Now, context.Blobs, context.Options.Platform.Time, _logger, owner.OwnTls);
            _tls.Check();
        }

        Route = new ServerRoute(RoutePlan.Of(policy), current, accepted, accept, _tls, new StreamLimit(accepted, _logger));
        _end = new ListenerEnd(accepted, current.Now, StopAsync, free: FreeAsync);
    }

    /// <inheritdoc/>
    public override string StreamType => Route.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<EndPoint> EndPoints => _owner.EndPoints;

    /// <inheritdoc/>
    public override IReadOnlyCollection<SecureStream> Streams => Route.Accepted.All;

    /// <inheritdoc/>
    public bool IsDeaf => _owner.IsDeaf;

    /// <inheritdoc/>
    public string? MoveProblem => _owner.MoveProblem;

    /// <inheritdoc/>
    public (string Subject, DateTimeOffset NotAfter)? Certificate => _tls?.Shown;

    /// <summary>Who is meant for it, and its books.</summary>
    public ServerRoute Route { get; }

    /// <summary>Joins the listener that the policy names.</summary>
    /// <exception cref="SsPolicyException">It cannot be joined to that one, whatever runs on this machine.</exception>
    /// <exception cref="IOException">That one does not listen now.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed; nothing is left.</exception>
    public static JoinedListener Join(LocalContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept)
    {
        var owner = JoinRules.FindOwner(context, policy);
        JoinRules.Check(policy, owner);
        var joined = new JoinedListener(context, owner, policy, accept);
        try
        {
            if (owner.Join(joined) is { } clash)
                throw JoinRules.Clash(policy, clash.Other.Name, clash.What);
        }
        catch
        {
            joined._tls?.Dispose();
            throw;
        }

        if (!context.TryAdd(joined))
        {
            _ = joined.DisposeAsync().AsTask();
            throw new ObjectDisposedException(typeof(LocalContext).FullName);
        }

        ServerLog.Joined(joined._logger, policy.Name, owner.StreamType);
        return joined;
    }

    /// <inheritdoc/>
    public override ValueTask<int> DrainAsync(CancellationToken cancellationToken = default) => _end.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _end.DisposeAsync();

    /// <inheritdoc/>
    public SsPolicyEffect? Foresee(StreamTypePolicy? now)
    {
        var (action, impact) = _policy.Judge(now);
        return action == SsPolicyAction.None ? null : new SsPolicyEffect(StreamType, 0, impact, action);
    }

    /// <inheritdoc/>
    public void TellPolicyChanged()
    {
        var action = _policy.Judge(_context.FindPolicy(StreamType)).Action;
        if (action == SsPolicyAction.None)
            return;

        // What has ended cannot come back: it is told again when the policy holds for good.
        if (action == SsPolicyAction.End && !_context.IsNoServerForGood(StreamType))
            return;
        _context.Runtime.Telemetry.Instruments.PolicyActed(StreamType, action);
        if (action == SsPolicyAction.End)
        {
            ServerLog.Ends(_logger, StreamType);
            _ = DrainAsync().AsTask();
        }
        else
        {
            _ = _policy.Now();
        }
    }

    private Task StopAsync(bool draining)
    {
        _owner.Leave(this);
        ServerLog.Stopped(_logger, StreamType);
        return Task.CompletedTask;
    }

    private Task FreeAsync()
    {
        _tls?.Dispose();
        _context.Forget(this);
        return Task.CompletedTask;
    }
}
