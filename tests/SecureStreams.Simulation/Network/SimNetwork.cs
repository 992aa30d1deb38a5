using System.Net;
using SecureStreams.Network;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Network;

/// <summary>
/// The network: names, sockets, connections. Each attempt dials a name and addresses of its own, so that everything that happens below the product is known to belong to it.
/// </summary>
internal sealed class SimNetwork
{
    private readonly SimWorld _world;
    private readonly List<SimConnection> _open = [];

    public SimNetwork(SimWorld world)
    {
        _world = world;
        Names = new SimNames(world);
        Sockets = new SimSockets(world);
    }

    public SsNameResolver Names { get; }

    public SsSocketDialer Sockets { get; }

    /// <summary>The connections of which the product has its end.</summary>
    public IReadOnlyList<SimConnection> Open => _open;

    /// <summary>Whether <paramref name="fault"/> is in force for this attempt; it is then noted as touched by it.</summary>
    public bool Strikes(SimAttempt attempt, FaultKind fault)
    {
        var now = _world.Clock.Now;
        if (attempt.Actor.Path.Until(fault) <= now && attempt.Server.Path.Until(fault) <= now)
            return false;
        attempt.Touch(fault);
        return true;
    }

    public static string NameOf(SimAttempt attempt) => $"a{attempt.Id}.sim";

    public SimAttempt AttemptOf(string name) => _world.Attempts[int.Parse(name.AsSpan(1, name.Length - 5), System.Globalization.CultureInfo.InvariantCulture)];

    /// <summary>An address of an attempt: even ones IPv4, odd ones IPv6.</summary>
    public static IPAddress AddressOf(SimAttempt attempt, int index)
    {
        if ((index & 1) == 0)
            return new IPAddress([(byte)(10 + (index / 2)), (byte)(attempt.Id >> 16), (byte)(attempt.Id >> 8), (byte)attempt.Id]);
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        bytes[0] = 0xFD;
        bytes[12] = (byte)index;
        bytes[13] = (byte)(attempt.Id >> 16);
        bytes[14] = (byte)(attempt.Id >> 8);
        bytes[15] = (byte)attempt.Id;
        return new IPAddress(bytes);
    }

    public SimAttempt AttemptOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return _world.Attempts[(bytes[length - 3] << 16) | (bytes[length - 2] << 8) | bytes[length - 1]];
    }

    public void Opened(SimConnection connection)
    {
        connection.Place = _open.Count;
        _open.Add(connection);
    }

    public void Closed(SimConnection connection)
    {
        var last = _open[^1];
        _open[connection.Place] = last;
        last.Place = connection.Place;
        _open.RemoveAt(_open.Count - 1);
    }
}
