using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>The address or port to connect from could not be had: nothing was sent to anybody.</summary>
internal sealed class LocalBindException(IPEndPoint local, SocketException error) : SocketException(error.ErrorCode, error.Message)
{
    /// <summary>What could not be had.</summary>
    public IPEndPoint Local => local;
}
