using System.Collections.Immutable;
using SecureStreams.Server.Tls;

namespace SecureStreams.Server.Routing;

/// <summary>
/// The streamtypes of one listener. They may come and go while it serves: a request meets those that are there when its head has come. Safe from any thread; looking one up takes
/// no lock and allocates nothing.
/// </summary>
internal sealed class RouteTable
{
    private readonly Lock _lock = new();

    // Best first: by host, then by length of path, then the older. What is found first fits best.
    private ImmutableArray<Entry> _entries = [];
    private ImmutableArray<ServerRoute> _all = [];
    private volatile bool _takeUpgrades;
    private volatile bool _takeConnections;

    /// <summary>The streamtypes, the listener's own first.</summary>
    public ImmutableArray<ServerRoute> All => _all;

    /// <summary>Whether one of them takes upgrades.</summary>
    public bool TakeUpgrades => _takeUpgrades;

    /// <summary>Whether one of them takes raw connections.</summary>
    public bool TakeConnections => _takeConnections;

    /// <summary>Adds one.</summary>
    /// <returns>The streamtype with which it could not be told apart, and in what; null when it was added.</returns>
    public (ServerRoute Other, string What)? TryAdd(ServerRoute route)
    {
        lock (_lock)
        {
            foreach (var other in _all)
            {
                if (other.Plan.SameAs(route.Plan) is { } what)
                    return (other, what);
                if (route.Tls is not null && other.Tls is not null && SameHost(route.Plan, other.Plan) is { } host)
                    return (other, $"the TLS handshake of host '{host}'");
            }

            _all = _all.Add(route);
            _entries = [.. _entries.Concat(route.Plan.Hosts.Select(host => new Entry(host, route)))
                .OrderByDescending(static one => one.Host.Rank).ThenByDescending(static one => one.Route.Plan.Path.Length)];
            _takeUpgrades |= route.Plan.Subprotocols is not null;
            _takeConnections |= !route.Plan.IsHttp;
            return null;
        }
    }

    /// <summary>Takes one away. What is under way with it goes on.</summary>
    public void Remove(ServerRoute route)
    {
        lock (_lock)
        {
            _all = _all.Remove(route);
            _entries = _entries.RemoveAll(one => one.Route == route);
            _takeConnections = _all.Any(static one => !one.Plan.IsHttp);
            _takeUpgrades = _all.Any(static one => one.Plan.Subprotocols is not null);
        }
    }

    /// <summary>Whom a request is for that is no upgrade; if nobody takes it, who takes upgrades at its place.</summary>
    /// <param name="authority">Its <c>Host</c> or <c>:authority</c>; empty for none.</param>
    /// <param name="path">Its path, unescaped.</param>
    public ServerRoute? FindRequest(string authority, string path)
    {
        ServerRoute? upgradeOnly = null;
        var host = HostPattern.HostOf(authority);
        foreach (var (pattern, route) in _entries)
        {
            if (!route.Plan.IsHttp || !route.Plan.MatchesPath(path) || !pattern.Matches(host))
                continue;
            if (route.Plan.TakesRequests)
                return route;
            upgradeOnly ??= route;
        }

        return upgradeOnly;
    }

    /// <summary>
    /// Whom a WebSocket upgrade is for: the best place at which one of its subprotocols is taken; if several are at one place, the order in which the client wants subprotocols decides, and
    /// one that takes any comes last. If nobody takes one of them, who takes others.
    /// </summary>
    /// <param name="authority">Its <c>Host</c> or <c>:authority</c>; empty for none.</param>
    /// <param name="path">Its path, unescaped.</param>
    /// <param name="offered">The subprotocols that the client offers, best first.</param>
    public ServerRoute? FindUpgrade(string authority, string path, IReadOnlyList<string> offered)
    {
        var host = HostPattern.HostOf(authority);
        Entry? best = null;
        ServerRoute? other = null;
        var bestWish = int.MaxValue;
        foreach (var entry in _entries)
        {
            var plan = entry.Route.Plan;
            if (plan.Subprotocols is not { } taken || !plan.MatchesPath(path) || !entry.Host.Matches(host))
                continue;
            if (best is { } there && (there.Host.Rank != entry.Host.Rank || there.Route.Plan.Path.Length != plan.Path.Length))
                break;
            other ??= entry.Route;
            var wish = WishOf(offered, taken);
            if (wish < bestWish)
                (best, bestWish) = (entry, wish);
        }

        return best?.Route ?? other;
    }

    /// <summary>Whom a connection is for, by the host that it asks for in its TLS handshake; empty for none.</summary>
    public ServerRoute? FindConnection(string host)
    {
        foreach (var (pattern, route) in _entries)
        {
            if (!route.Plan.IsHttp && pattern.Matches(host))
                return route;
        }

        return null;
    }

    /// <summary>The TLS that a streamtype has of its own for a host: of those whose name fits best; null where these have none, so that the listener's counts.</summary>
    public ServerTls? FindTls(ReadOnlySpan<char> host)
    {
        var best = 0;
        foreach (var (pattern, route) in _entries)
        {
            if (pattern.Rank < best || pattern.Rank == 0)
                return null;
            if (!pattern.Matches(host))
                continue;
            if (route.Tls is { } tls)
                return tls;
            best = pattern.Rank;
        }

        return null;
    }

    private static int WishOf(IReadOnlyList<string> offered, ImmutableArray<string> taken)
    {
        if (taken.IsEmpty)
            return int.MaxValue - 1;
        for (var i = 0; i < offered.Count; i++)
        {
            if (taken.Contains(offered[i], StringComparer.Ordinal))
                return i;
        }

        return int.MaxValue;
    }

    private static string? SameHost(RoutePlan one, RoutePlan other)
    {
        foreach (var host in one.Hosts)
        {
            foreach (var its in other.Hosts)
            {
                if (host.Text.Length > 0 && host.IsSameAs(its))
                    return host.Text;
            }
        }

        return null;
    }

    private readonly record struct Entry(HostPattern Host, ServerRoute Route);
}
