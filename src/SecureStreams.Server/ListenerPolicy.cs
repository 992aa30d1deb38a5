using Microsoft.Extensions.Logging;
using SecureStreams.Policy;

namespace SecureStreams.Server;

/// <summary>
/// The policy that a listener's new connections are served by: the one in force, for as long as it still describes this listener. Where it listens may change, and counts when it
/// listens there; what else it is made of cannot change under it: where the policy in force says something else of that, the last one that fitted stays, and the operator is told.
/// Safe from any thread.
/// </summary>
internal sealed class ListenerPolicy
{
    private readonly LocalContext _context;
    private readonly ILogger _logger;
    private readonly bool _mayMove;
    private StreamTypePolicy _fits;
    private StreamTypePolicy _place;
    private StreamTypePolicy? _seen;

    /// <param name="context">Whose policy it is.</param>
    /// <param name="began">What the listener was made with.</param>
    /// <param name="logger">Where the operator is told.</param>
    /// <param name="mayMove">Whether it can listen elsewhere; not one that joins another's socket.</param>
    public ListenerPolicy(LocalContext context, StreamTypePolicy began, ILogger logger, bool mayMove = false)
    {
        _mayMove = mayMove;
        _context = context;
        _logger = logger;
        Began = _fits = _place = began;
        _seen = began;
    }

    /// <summary>What the listener was bound with.</summary>
    public StreamTypePolicy Began { get; }

    /// <summary>The policy for a connection that comes now.</summary>
    public StreamTypePolicy Now()
    {
        var now = _context.FindPolicy(Began.Name);
        var seen = Volatile.Read(ref _seen);
        if (ReferenceEquals(now, seen) || Interlocked.CompareExchange(ref _seen, now, seen) != seen)
            return Volatile.Read(ref _fits);
        var place = Volatile.Read(ref _place);
        if (ListenerReaction.Differs(Began, place, now, _mayMove) is { } what)
            ServerLog.Warning(_logger, Began.Name, $"the policy was changed, and {what}; the listener goes on as it was: dispose it and create it anew");
        else if (!ListenerReaction.IsElsewhere(place, now!))
            Volatile.Write(ref _fits, now!);
        return Volatile.Read(ref _fits);
    }

    /// <summary>What <paramref name="now"/> does to the listener, and the impact class of that.</summary>
    public (SsPolicyAction Action, PolicyImpact Impact) Judge(StreamTypePolicy? now) =>
        ListenerReaction.Of(Began, Volatile.Read(ref _place), Volatile.Read(ref _fits), now, _mayMove);

    /// <summary>The listener is where <paramref name="now"/> says.</summary>
    public void Moved(StreamTypePolicy now)
    {
        Volatile.Write(ref _place, now);
        Volatile.Write(ref _fits, now);
    }
}
