using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Network;

namespace SecureStreams.Simulation.Faults;

/// <summary>Breaks things at random moments, as often as a run asks for.</summary>
internal sealed class FaultInjector(SimWorld world, int faults, long chaos) : ISimEvent
{
    private const long Millisecond = 1_000;
    private const long Second = 1_000_000;

    // All faults are done so long before the end, sleep included.
    private const long Reserve = 10 * Second;

    private readonly SimRandom _random = SimRandom.For(world.Seed, 2);

    /// <summary>How many were injected.</summary>
    public int Count { get; private set; }

    public void Start() => Plan();

    public bool Fire(int argument)
    {
        if (world.Phase != SimPhase.Chaos)
            return false;
        while (!Inject(_random.Below(100)))
        {
            // There was nothing for it to strike.
        }

        Plan();
        return true;
    }

    private void Plan()
    {
        var left = faults - Count;
        var average = left <= 0 ? Second : Math.Max((chaos - Reserve - world.Clock.Now) / (left + 1), Millisecond);
        world.Clock.Schedule(_random.Between(average / 2, (average * 3) / 2), this, 0);
    }

    private bool Inject(int chance) => chance switch
    {
        < 4 => Slower(),
        < 10 => OnConnection(FaultKind.Loss, Lose),
        < 22 => OnConnection(FaultKind.Reset, static connection => connection.Reset(FaultKind.Reset)),
        < 28 => OnConnection(FaultKind.BlackHole, connection => connection.BlackHole(_random.Between(Second, 40 * Second))),
        < 34 => OnConnection(FaultKind.HalfOpen, static connection => connection.HalfOpen()),
        < 38 => OnConnection(FaultKind.OneWay, connection => connection.OneWay(up: _random.OneIn(2))),
        < 42 => OnConnection(FaultKind.Dribble, connection => connection.Up.Dribble = connection.Down.Dribble = 30),
        < 48 => OnConnection(FaultKind.PeerClose, static connection => connection.Session.Close()),
        < 52 => OnConnection(FaultKind.Garbage, static connection => connection.Session.SendGarbage()),
        < 56 => OnConnection(FaultKind.Truncated, static connection => connection.Session.Truncate()),
        < 60 => OnPath(FaultKind.NameNotFound),
        < 63 => OnPath(FaultKind.ResolverDead),
        < 65 => OnPath(FaultKind.ResolverSlow),
        < 70 => OnPath(FaultKind.Refused),
        < 74 => OnPath(FaultKind.Unreachable),
        < 76 => OnPath(FaultKind.ConnectDropped),
        < 79 => OnPath(FaultKind.Stall),
        < 83 => OnPath(FaultKind.PeerRefuses),
        < 88 => OnPath(FaultKind.PeerBusy),
        < 91 => OnPath(FaultKind.Garbage),
        < 95 => OnPath(FaultKind.Truncated),
        < 97 => JumpClock(),
        < 98 => Suspend(),
        < 99 => Restart(),
        _ => OnServer(),
    };

    private bool Slower()
    {
        var actor = AnyActor();
        actor.Latency = _random.Between(2 * Millisecond, 400 * Millisecond);
        return Did(FaultKind.Latency, actor, actor.Latency);
    }

    private bool OnConnection(FaultKind kind, Action<SimConnection> strike)
    {
        var open = world.Network.Open;
        if (open.Count == 0)
            return false;
        var connection = open[_random.Below(open.Count)];
        if (connection.Session.IsGone && kind is not (FaultKind.Loss or FaultKind.Dribble or FaultKind.BlackHole))
            return false;
        Did(kind, connection.Attempt.Actor, 0);
        strike(connection);
        return true;
    }

    private void Lose(SimConnection connection)
    {
        if (_random.OneIn(2))
            connection.Up.Spike = _random.Between(200 * Millisecond, 2 * Second);
        else
            connection.Down.Spike = _random.Between(200 * Millisecond, 2 * Second);
    }

    /// <summary>For new attempts of one stream; what it has is cut half of the time, so that there is one.</summary>
    private bool OnPath(FaultKind kind)
    {
        var actor = AnyActor();
        Begin(kind, actor.Path, actor.Server);
        var duration = _random.Between(Second, 12 * Second);
        actor.Path.Set(kind, world.Clock.Now + duration);
        Did(kind, actor, duration);
        if (_random.OneIn(2) && actor.Attempt is { Ended: false, Connection: { IsOpen: true } connection })
            connection.Reset(FaultKind.Reset);
        return true;
    }

    private bool OnServer()
    {
        FaultKind[] kinds = [FaultKind.NameNotFound, FaultKind.ResolverDead, FaultKind.Refused, FaultKind.Unreachable, FaultKind.PeerBusy, FaultKind.PeerRefuses];
        var kind = kinds[_random.Below(kinds.Length)];
        var server = world.Servers[_random.Below(world.Servers.Count)];
        Begin(kind, server.Path, server);
        var duration = _random.Between(Second, 6 * Second);
        server.Path.Set(kind, world.Clock.Now + duration);
        return Did(kind, null, duration);
    }

    private void Begin(FaultKind kind, SimPath path, Peers.SimServer server)
    {
        if (kind == FaultKind.PeerBusy && path.Until(kind) <= world.Clock.Now)
            server.RetryAfterMilliseconds = _random.OneIn(3) ? 0 : (1 + _random.Below(15)) * 1000;
    }

    private bool JumpClock()
    {
        world.Clock.WallOffset += _random.Between(-3600 * Second, 3600 * Second);
        return Did(FaultKind.ClockJump, null, world.Clock.WallOffset);
    }

    private bool Suspend()
    {
        if (world.Clock.Now > chaos - (6 * Reserve))
            return false;
        var duration = _random.Between(Second, 30 * Second);
        Did(FaultKind.Suspend, null, duration);
        world.Clock.Sleep(duration);
        foreach (var actor in world.Actors)
        {
            actor.Attempt?.Touch(FaultKind.Suspend);
            actor.Next?.Touch(FaultKind.Suspend);
        }

        return true;
    }

    private bool Restart()
    {
        var server = world.Servers[_random.Below(world.Servers.Count)];
        var duration = _random.Between(100 * Millisecond, 4 * Second);
        Did(FaultKind.PeerRestart, null, duration);
        server.Path.Set(FaultKind.PeerRestart, world.Clock.Now + duration);
        foreach (var connection in world.Network.Open.Where(connection => connection.Attempt.Server == server).ToList())
            connection.Reset(FaultKind.PeerRestart);
        return true;
    }

    private SimActor AnyActor() => world.Actors[_random.Below(world.Actors.Length)];

    private bool Did(FaultKind kind, SimActor? actor, long microseconds)
    {
        Count++;
        world.Trace.Add(TraceKind.Fault, actor?.Index ?? -1, (int)kind, microseconds / Millisecond);
        return true;
    }
}
