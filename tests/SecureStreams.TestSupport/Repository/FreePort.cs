using System.Net;
using System.Net.Sockets;

namespace SecureStreams.TestSupport.Repository;

/// <summary>
/// Ports nobody listens on. Only for peers that must be told their port beforehand; what can bind port 0 itself does so, since a port found here may in
/// principle be taken before it is used.
/// </summary>
public static class FreePort
{
    /// <summary>One free TCP port of 127.0.0.1.</summary>
    public static int Next() => Next(1)[0];

    /// <summary>Several different ones: all are held until the last is found, so that none comes twice.</summary>
    public static int[] Next(int count)
    {
        var sockets = new Socket[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets[i].Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. sockets.Select(static socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (var socket in sockets)
                socket?.Dispose();
        }
    }
}
