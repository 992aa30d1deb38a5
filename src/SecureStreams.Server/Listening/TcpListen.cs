using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Server.Listening;

/// <summary>Binding TCP: a socket for each address, all on one port. IPv6 sockets take IPv6 alone, so that every peer has an address of its own family.</summary>
internal static class TcpListen
{
    /// <summary>Binds and listens.</summary>
    /// <exception cref="IOException">An address or the port cannot be had; the message says why and what mends it.</exception>
    public static List<Socket> Listen(ListenTarget target)
    {
        for (var attempt = 1; ; attempt++)
        {
            var sockets = new List<Socket>(target.Addresses.Count);
            try
            {
                var port = target.Port;
                foreach (var address in target.Addresses)
                {
                    if (Listen(address, port, target.IsEverywhere && sockets.Count > 0) is not { } socket)
                        continue;
                    sockets.Add(socket);
                    port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                }

                return sockets;
            }
            catch (SocketException error)
            {
                foreach (var socket in sockets)
                    socket.Dispose();

                // A port that is free on one address may be taken on another: then any other does.
                if (target.Port == 0 && sockets.Count > 0 && error.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < ListenDefaults.PortAttempts)
                    continue;
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"cannot listen on {Name(target, sockets.Count)}: {Explain(error)}"), error);
            }
        }
    }

    /// <param name="address">The address.</param>
    /// <param name="port">The port; 0 for any.</param>
    /// <param name="isOptional">Whether a machine without such addresses is none the worse.</param>
    private static Socket? Listen(IPAddress address, int port, bool isOptional)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;

            // ReuseAddress is not set: the platform sees to it that a server that is started anew has its port back, and would with it let two servers share the port.
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(ListenDefaults.Backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            if (isOptional && error.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolFamilyNotSupported)
                return null;
            throw;
        }
    }

    private static string Name(ListenTarget target, int failed) => EndPointText.Of(new IPEndPoint(target.Addresses[failed], target.Port));

    private static string Explain(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is taken; end whoever listens there, or choose another port (0 for any that is free)",
        SocketError.AccessDenied => "this process may not use that port; choose one above 1023, or give it CAP_NET_BIND_SERVICE",
        SocketError.AddressNotAvailable => "it is no address of this machine; correct the endpoint",
        _ => $"{OperatorText.Clean(error.Message)} ({error.SocketErrorCode})",
    };
}
