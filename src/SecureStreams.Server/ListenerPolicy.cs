using Microsoft.Extensions.Logging;
using SecureStreams.Policy;

namespace SecureStreams.Server;

/// <summary>
/// The policy that a listener's new connections are served by: the one in force, for as long as it still describes this listener. What a listener is bound to cannot change
/// under it: where the policy in force says something else of that, the last one that fitted stays, and the operator is told. Safe from any thread.
/// </summary>
internal sealed class ListenerPolicy
{
    private readonly LocalContext _context;
    private readonly ILogger _logger;
    private StreamTypePolicy _fits;
    private StreamTypePolicy? _seen;

    public ListenerPolicy(LocalContext context, StreamTypePolicy began, ILogger logger)
    {
        _context = context;
        _logger = logger;
        Began = _fits = began;
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
        else
            Volatile.Write(ref _fits, now!);
        return Volatile.Read(ref _fits);
    }

    private string? Differs(StreamTypePolicy? now)
    {
        if (now is null)
            return "has no such streamtype any more";
        if (!now.Server || now.LocalSink)
            return "it is no server any more";
        if (now.Protocol != Began.Protocol)
            return "protocol is another";
        if (now.Tls != Began.Tls)
            return "tls is another";
        if (now.Port != Began.Port)
            return "port is another";
        foreach (var attribute in (ReadOnlySpan<string>)["endpoint", "address_family", "unix_mode", "unix_user", "unix_group", "http_url", "ws_subprotocol"])
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
