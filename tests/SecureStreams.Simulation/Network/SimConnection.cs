using System.Net.Sockets;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;
using SecureStreams.Simulation.Peers;

namespace SecureStreams.Simulation.Network;

/// <summary>A connection: the product's socket, the peer's session, and a pipe each way.</summary>
internal sealed class SimConnection : ISimEvent
{
    // What it sends is never acknowledged: its TCP gives up, and says so the way that still works.
    private const long PeerGivesUp = 40_000_000;
    private const int PeerGivesUpArgument = 1;

    private readonly SimWorld _world;

    public SimConnection(SimWorld world, SimAttempt attempt)
    {
        _world = world;
        Attempt = attempt;
        Socket = new SimSocket(this, world.Clock);
        Session = new PeerSession(world, this);
        Up = new SimPipe(world.Clock, Session) { Latency = attempt.Actor.Latency };
        Down = new SimPipe(world.Clock, Socket) { Latency = attempt.Actor.Latency };
        world.Network.Opened(this);

        // The first one wins the race of addresses; one that comes later is closed at once.
        if (attempt.Connection is not null)
            return;
        attempt.Connection = this;
        HeardAt(world.Clock.Now);
    }

    public SimAttempt Attempt { get; }

    public SimSocket Socket { get; }

    public PeerSession Session { get; }

    /// <summary>From the product to the peer.</summary>
    public SimPipe Up { get; }

    /// <summary>From the peer to the product.</summary>
    public SimPipe Down { get; }

    /// <summary>Whether the product still has its end.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Its place in the network's list, so that leaving it costs nothing.</summary>
    public int Place { get; set; }

    /// <summary>Whether bytes still find their way and somebody is there to answer.</summary>
    public bool IsSound => IsOpen && !Session.IsGone && (Attempt.Faults & (FaultKind.HalfOpen | FaultKind.OneWay)) == 0;

    /// <summary>A byte reached the product's socket.</summary>
    public void HeardAt(long now)
    {
        Attempt.LastHeard = now;
        Attempt.SleptWhenHeard = _world.Clock.Slept;
    }

    public void ClosedByClient()
    {
        IsOpen = false;
        _world.Network.Closed(this);
        Up.SendEnd();
        Down.Kill();
    }

    public void Reset(FaultKind fault)
    {
        Attempt.Touch(fault);
        Up.Kill();
        Down.Kill();
        Session.Leave();
        Socket.Break(SocketError.ConnectionReset);
    }

    public void HalfOpen()
    {
        Attempt.Touch(FaultKind.HalfOpen);
        Up.Kill();
        Down.Kill();
        Session.Leave();
    }

    public void OneWay(bool up)
    {
        Attempt.Touch(FaultKind.OneWay);
        (up ? Up : Down).Kill();
        if (up)
            _world.Clock.Schedule(PeerGivesUp, this, PeerGivesUpArgument);
    }

    public void BlackHole(long duration)
    {
        Attempt.Touch(FaultKind.BlackHole);
        Up.Freeze();
        Down.Freeze();
        _world.Clock.Schedule(duration, this, 0);
    }

    public void Thaw()
    {
        Up.Thaw();
        Down.Thaw();
    }

    public bool Fire(int argument)
    {
        if (!IsOpen)
            return false;
        if (argument == PeerGivesUpArgument)
            Reset(FaultKind.OneWay);
        else
            Thaw();
        return true;
    }
}
