using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SecureStreams.TestSupport.Repository;

/// <summary>
/// Ports nobody listens on. Only for peers that must be told their port beforehand; what can bind port 0 itself does so, since a port found here may in
/// principle be taken before it is used.
/// </summary>
/// <remarks>
/// They are below the range from which the kernel gives ports to outgoing connections. A peer that is killed and started again on its port could otherwise find it taken
/// by one of the thousands of connections of another test.
/// </remarks>
public static class FreePort
{
    private const int First = 10_240;

    private static readonly int _end = EphemeralStart();
    private static int _last = Random.Shared.Next(First, _end);

    /// <summary>One free TCP port of 127.0.0.1.</summary>
    public static int Next()
    {
        for (var tries = First; tries < _end; tries++)
        {
            // Each port is looked at once before any is looked at again, so several calls give several ports though none is held.
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % (uint)(_end - First));
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"no TCP port from {First} to {_end - 1} is free on 127.0.0.1"));
    }

    /// <summary>Several different ones.</summary>
    public static int[] Next(int count)
    {
        var ports = new int[count];
        for (var i = 0; i < count; i++)
            ports[i] = Next();

        return ports;
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            // Binding alone succeeds beside another socket that is bound and does not listen yet.
            socket.Listen();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    /// <summary>Where the kernel's range for outgoing connections begins; 32768 is what Linux has where nothing else is set.</summary>
    private static int EphemeralStart()
    {
        const string range = "/proc/sys/net/ipv4/ip_local_port_range";
        var start = File.Exists(range) ? int.Parse(File.ReadAllText(range).Split('\t', ' ')[0], CultureInfo.InvariantCulture) : 32_768;
        return start > First + 1_000 ? start : 65_536;
    }
}
