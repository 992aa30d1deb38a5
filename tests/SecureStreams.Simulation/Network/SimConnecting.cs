using System.Net.Sockets;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Network;

/// <summary>One socket on its way to an address.</summary>
internal sealed class SimConnecting : ISimEvent
{
    // Completes inline, on the simulation's thread.
    private readonly TaskCompletionSource<Stream> _socket = new();
    private readonly SimWorld _world;
    private readonly SimAttempt _attempt;
    private readonly SocketError _error;
    private readonly CancellationTokenRegistration _registration;

    public SimConnecting(SimWorld world, SimAttempt attempt, CancellationToken cancellationToken)
    {
        _world = world;
        _attempt = attempt;
        var network = world.Network;
        var delay = attempt.Actor.Latency * 2;
        var dropped = false;
        if (network.Strikes(attempt, FaultKind.Unreachable))
            (_error, delay) = (SocketError.NetworkUnreachable, 100);
        else if (network.Strikes(attempt, FaultKind.ConnectDropped))
            dropped = true;
        else if (network.Strikes(attempt, FaultKind.Refused) || network.Strikes(attempt, FaultKind.PeerRestart))
            _error = SocketError.ConnectionRefused;
        if (!dropped)
            world.Clock.Schedule(delay, this, 0);
        _registration = cancellationToken.UnsafeRegister(static (connecting, token) => ((SimConnecting)connecting!)._socket.TrySetCanceled(token), this);
    }

    public Task<Stream> Task => _socket.Task;

    public bool Fire(int argument)
    {
        if (_socket.Task.IsCompleted)
            return false;
        _registration.Dispose();
        _world.Trace.Add(TraceKind.Socket, _attempt.Actor.Index, _attempt.Id, (int)_error);
        if (_error != SocketError.Success)
            _socket.TrySetException(new SocketException((int)_error));
        else
            _socket.TrySetResult(new SimConnection(_world, _attempt).Socket);
        return true;
    }
}
