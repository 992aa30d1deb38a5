using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>Paths of Unix sockets that stand there already.</summary>
internal static class UnixSocketFile
{
    private const int NoSuchDevice = 6; // ENXIO: what opening a socket as if it were a file gives.

    /// <summary>Whether a socket stands there; false for any other file, and for one that must not be looked at.</summary>
    public static bool IsSocket(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return false;
        }
        catch (IOException error)
        {
            return error.HResult == NoSuchDevice;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether it is a socket on which nobody listens.</summary>
    public static bool IsStale(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            // Any other error: somebody is there, who may be too busy to answer or wants others.
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    /// <summary>Removes a socket that a dead process left behind; anything else stays, and binding says that it is taken.</summary>
    public static void RemoveStale(string path)
    {
        if (File.Exists(path) && IsSocket(path) && IsStale(path))
            File.Delete(path);
    }
}
