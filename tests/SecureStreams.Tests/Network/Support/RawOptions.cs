using System.Buffers.Binary;
using System.Net.Sockets;

namespace SecureStreams.Tests.Network.Support;

/// <summary>getsockopt(2) for what the platform has no names for, with Linux's numbers.</summary>
internal static class RawOptions
{
    /// <summary>IP_TOS, or for IPv6 IPV6_TCLASS.</summary>
    public static int TypeOfService(Socket socket) => socket.AddressFamily == AddressFamily.InterNetworkV6 ? Get(socket, 41, 67) : Get(socket, 0, 1);

    /// <summary>SO_PRIORITY.</summary>
    public static int Priority(Socket socket) => Get(socket, 1, 12);

    private static int Get(Socket socket, int level, int name)
    {
        Span<byte> bytes = stackalloc byte[4];
        Assert.Equal(4, socket.GetRawSocketOption(level, name, bytes));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);
    }
}
