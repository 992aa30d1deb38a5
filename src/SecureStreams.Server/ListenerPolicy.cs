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
    private static readonly string[] Places = ["endpoint", "address_family"];

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
        if (Differs(now) is { } what)
            ServerLog.Warning(_logger, Began.Name, $"the policy was changed, and {what}; the listener goes on as it was: dispose it and create it anew");
        else if (!IsElsewhere(now!))
            Volatile.Write(ref _fits, now!);
        return Volatile.Read(ref _fits);
    }

    /// <summary>What <paramref name="now"/> does to the listener, and the impact class of that.</summary>
    public (SsPolicyAction Action, PolicyImpact Impact) Judge(StreamTypePolicy? now)
    {
        var fits = Volatile.Read(ref _fits);
        if (IsGone(now))
            return (SsPolicyAction.End, PolicyImpact.Recreate);
        if (Differs(now) is not null)
            return (SsPolicyAction.CreateAnew, PolicyImpact.Recreate);
        if (IsElsewhere(now!))
            return (SsPolicyAction.Replace, PolicyImpact.Reconnect);
        return PolicyStep.Between(fits, now!) is not { } step ? (SsPolicyAction.None, PolicyImpact.Live)
            : step.Impact == PolicyImpact.Live ? (SsPolicyAction.Live, PolicyImpact.Live)
            : (SsPolicyAction.NextAttempt, step.Impact);
    }

    /// <summary>The listener is where <paramref name="now"/> says.</summary>
    public void Moved(StreamTypePolicy now)
    {
        Volatile.Write(ref _place, now);
        Volatile.Write(ref _fits, now);
    }

    private static bool IsGone(StreamTypePolicy? now) => now is not { Server: true, LocalSink: false };

    /// <summary>Whether it says of another place than the one that is listened on.</summary>
    private bool IsElsewhere(StreamTypePolicy now)
    {
        var place = Volatile.Read(ref _place);
        return now.Port != place.Port || Array.Exists(Places, name => !Equals(now.Find(name)?.Value.Text, place.Find(name)?.Value.Text));
    }

    private string? Differs(StreamTypePolicy? now)
    {
        if (IsGone(now))
            return now is null ? "has no such streamtype any more" : "it is no server any more";
        if (now!.Protocol != Began.Protocol)
            return "protocol is another";
        if (now.Tls != Began.Tls)
            return "tls is another";
        if (!_mayMove && IsElsewhere(now))
            return "endpoint or port is another";
        foreach (var attribute in (ReadOnlySpan<string>)["unix_mode", "unix_user", "unix_group", "http_url", "ws_subprotocol"])
        {
            if (!Equals(now.Find(attribute)?.Value.Text, Began.Find(attribute)?.Value.Text))
                return $"{attribute} is another";
        }

        if (!NamesOf(now).SequenceEqual(NamesOf(Began), StringComparer.Ordinal))
            return "server_names is another";

        return null;
    }

    private static IEnumerable<string> NamesOf(StreamTypePolicy policy) => policy.Find("server_names")?.Value.Items.Select(static one => one.Text) ?? [];
}
