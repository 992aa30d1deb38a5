using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>What the policy's <c>attr_*</c> ask of a socket, before it connects, so that the first packet has it too.</summary>
internal static class SocketOptions
{
    // Linux, socket(7), ip(7), ipv6(7).
    private const int SolSocket = 1;
    private const int SoPriority = 12;
    private const int IpProtoIp = 0;
    private const int IpTos = 1;
    private const int IpProtoIpv6 = 41;
    private const int Ipv6TrafficClass = 67;

    /// <summary>Sets what is asked for; what cannot be had becomes a warning of the request.</summary>
    public static void Apply(Socket socket, SsConnectRequest request)
    {
        if (request is { TypeOfService: 0, Priority: 0 })
            return;
        if (!OperatingSystem.IsLinux())
        {
            request.Warn("attr_priority and attr_low_latency and its like are known for Linux only; the connection does without them");
            return;
        }

        // In this order: to set the type of service also sets the priority, to what the kernel thinks goes with it.
        if (request.TypeOfService != 0)
        {
            var (level, name) = socket.AddressFamily == AddressFamily.InterNetworkV6 ? (IpProtoIpv6, Ipv6TrafficClass) : (IpProtoIp, IpTos);
            if (!TrySet(socket, level, name, request.TypeOfService, out var why))
                request.Warn(string.Create(CultureInfo.InvariantCulture, $"the type of service 0x{request.TypeOfService:x2} of the policy's attr_* cannot be set ({why}); the connection does without it"));
        }

        if (request.Priority != 0 && !TrySet(socket, SolSocket, SoPriority, request.Priority, out var reason))
        {
            request.Warn(string.Create(CultureInfo.InvariantCulture,
                $"attr_priority {request.Priority} cannot be set ({reason}); the connection does without it{(request.Priority > 6 ? "; 7 needs CAP_NET_ADMIN, up to 6 anybody may" : "")}"));
        }
    }

    private static bool TrySet(Socket socket, int level, int name, int value, out string? why)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        try
        {
            socket.SetRawSocketOption(level, name, bytes);
            why = null;
            return true;
        }
        catch (SocketException error)
        {
            why = OperatorText.Clean(error.Message);
            return false;
        }
    }
}
