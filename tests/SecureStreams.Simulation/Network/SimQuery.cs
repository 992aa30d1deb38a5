using System.Net;
using System.Net.Sockets;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Network;

/// <summary>One question to the resolver. Its faults are looked up when it is asked.</summary>
internal sealed class SimQuery : ISimEvent
{
    /// <summary>Longer than any bound: the answer never comes in time.</summary>
    private const long Slow = 90_000_000;

    // Completes inline, on the simulation's thread.
    private readonly TaskCompletionSource<IReadOnlyList<IPAddress>> _answer = new();
    private readonly SimWorld _world;
    private readonly SimAttempt _attempt;
    private readonly SocketError _error;
    private readonly CancellationTokenRegistration _registration;

    public SimQuery(SimWorld world, SimAttempt attempt, CancellationToken cancellationToken)
    {
        _world = world;
        _attempt = attempt;
        world.AttemptSeen(attempt);
        var network = world.Network;
        var delay = attempt.Actor.Latency * 2;
        if (network.Strikes(attempt, FaultKind.ResolverSlow))
            delay = Slow;
        else if (network.Strikes(attempt, FaultKind.NameNotFound))
            _error = SocketError.HostNotFound;
        else if (network.Strikes(attempt, FaultKind.ResolverDead))
            _error = SocketError.TryAgain;
        world.Clock.Schedule(delay, this, 0);
        _registration = cancellationToken.UnsafeRegister(static (query, token) => ((SimQuery)query!)._answer.TrySetCanceled(token), this);
    }

    public Task<IReadOnlyList<IPAddress>> Task => _answer.Task;

    public bool Fire(int argument)
    {
        if (_answer.Task.IsCompleted)
            return false;
        _registration.Dispose();
        _world.Trace.Add(TraceKind.Resolved, _attempt.Actor.Index, _attempt.Id, (int)_error);
        if (_error != SocketError.Success)
        {
            _answer.TrySetException(new SocketException((int)_error));
            return true;
        }

        var addresses = new IPAddress[_attempt.Server.Addresses];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = SimNetwork.AddressOf(_attempt, i);
        _answer.TrySetResult(addresses);
        return true;
    }
}
