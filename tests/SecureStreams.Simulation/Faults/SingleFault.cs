using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Network;

namespace SecureStreams.Simulation.Faults;

/// <summary>One stream, one known fault, and at the end the question whether the stream can say what it was.</summary>
internal sealed class SingleFault(SimWorld world, FaultKind fault) : IScenario, ISimEvent
{
    private const long Second = 1_000_000;

    // Faults of a connection; all others are met by new attempts.
    private const FaultKind OnConnection = FaultKind.Reset | FaultKind.BlackHole | FaultKind.HalfOpen | FaultKind.OneWay | FaultKind.PeerClose | FaultKind.PeerRestart;

    /// <summary>The faults that end something, each with a cause of its own.</summary>
    public static readonly FaultKind[] Telling =
    [
        FaultKind.Reset, FaultKind.BlackHole, FaultKind.HalfOpen, FaultKind.OneWay, FaultKind.PeerClose, FaultKind.PeerRestart,
        FaultKind.NameNotFound, FaultKind.ResolverDead, FaultKind.ResolverSlow, FaultKind.Refused, FaultKind.Unreachable, FaultKind.ConnectDropped,
        FaultKind.Stall, FaultKind.PeerRefuses, FaultKind.PeerBusy, FaultKind.Garbage, FaultKind.Truncated,
    ];

    private SimActor Actor => world.Actors[0];

    /// <summary>What the stream explained at the end.</summary>
    public SsExplanation? Explanation { get; private set; }

    /// <summary>Whether the newest failure it explains is this fault.</summary>
    public bool IsNamed => Explanation?.LastFailure?.Cause is { } cause && (FaultCauses.Explaining(cause.Phase, cause.Code) & fault) != 0;

    public void Start()
    {
        Actor.Latency = world.Random.Between(20_000, 200_000);
        world.Clock.Schedule(world.Random.Between(5 * Second, 15 * Second), this, 0);
    }

    public void AttemptSeen()
    {
        // Nothing hangs on it here.
    }

    public void Finish() => Explanation = Actor.Stream?.Explain();

    public bool Fire(int argument)
    {
        if ((OnConnection & fault) == 0)
        {
            Actor.Server.RetryAfterMilliseconds = world.Random.OneIn(2) ? 0 : 3000;
            Actor.Path.Set(fault, long.MaxValue);
            Note();
            foreach (var connection in world.Network.Open.ToList())
                connection.Reset(FaultKind.Reset);
            return true;
        }

        if (world.Network.Open is [var open, ..] && !open.Session.IsGone)
        {
            Note();
            Strike(open);
        }
        else
        {
            // Transactions come and go: the next one is struck while it is under way.
            world.Clock.Schedule(10_000, this, 0);
        }

        return true;
    }

    private void Strike(SimConnection connection)
    {
        switch (fault)
        {
            case FaultKind.BlackHole:
                connection.BlackHole(200 * Second);
                break;
            case FaultKind.HalfOpen:
                connection.HalfOpen();
                break;
            case FaultKind.OneWay:
                connection.OneWay(up: world.Random.OneIn(2));
                break;
            case FaultKind.PeerClose:
                connection.Session.Close();
                break;
            default:
                connection.Reset(fault);
                break;
        }
    }

    private void Note() => world.Trace.Add(TraceKind.Fault, 0, (int)fault, 0);
}
