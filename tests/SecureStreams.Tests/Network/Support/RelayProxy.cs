using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A proxy for one connection, which it leads to a port of this machine whatever name it is asked for.</summary>
internal static class RelayProxy
{
    /// <summary>One that is asked in SOCKS5, for a name.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="refuses">Whether it says instead that its rules forbid it.</param>
    public static LoopbackPeer<int> Socks5(int target, bool refuses = false) => new(async socket =>
    {
        await using var near = new NetworkStream(socket);
        await ReadAsync(near, 3);
        await near.WriteAsync(new byte[] { 5, 0 });
        var head = await ReadAsync(near, 5);
        await ReadAsync(near, head[4] + 2);
        await near.WriteAsync(new byte[] { 5, refuses ? (byte)2 : (byte)0, 0, 1, 0, 0, 0, 0, 0, 0 });
        return refuses ? 0 : await PassAsync(near, target);
    });

    /// <summary>One that is asked to CONNECT.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="status">What it answers; only 200 opens the way.</param>
    public static LoopbackPeer<int> Connect(int target, int status = 200) => new(async socket =>
    {
        await using var near = new NetworkStream(socket);
        for (var end = 0; end < 4;)
            end = (await ReadAsync(near, 1))[0] == "\r\n\r\n"u8[end] ? end + 1 : 0;
        await near.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} So it is\r\n\r\n")));
        return status == 200 ? await PassAsync(near, target) : 0;
    });

    private static async Task<int> PassAsync(NetworkStream near, int target)
    {
        using var peer = new TcpClient();
        await peer.ConnectAsync(IPAddress.Loopback, target);
        await using var far = peer.GetStream();
        var back = PumpAsync(far, near);
        if (!await PumpAsync(near, far) || !TryEnd(peer.Client))
            peer.Client.Close();
        await back;
        return 0;
    }

    /// <summary>Whether all that there was has gone over.</summary>
    private static async Task<bool> PumpAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to);
            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // One of the ends is gone, and with it the connection.
            return false;
        }
    }

    private static bool TryEnd(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (SocketException)
        {
            // Reset meanwhile.
            return false;
        }
    }

    private static async Task<byte[]> ReadAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}
