using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>Opens a connected byte stream to one address. Implementations are safe from any thread; several addresses are dialed at a time.</summary>
public abstract class SsSocketDialer
{
    /// <summary>Real sockets.</summary>
    public static SsSocketDialer System { get; } = new SystemDialer();

    /// <summary>Connects to <paramref name="endPoint"/> (IP or Unix domain). The caller owns the stream; disposing it closes the socket.</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="cancellationToken">Cancelled when the attempt is over or another address was faster.</param>
    /// <returns>The stream, without TLS.</returns>
    /// <remarks>The stream's asynchronous reads and writes must heed their cancellation tokens: that is how the bound of a dial reaches a TLS handshake under way.</remarks>
    /// <exception cref="SocketException">The address could not be reached.</exception>
    public abstract ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken);

    private sealed class SystemDialer : SsSocketDialer
    {
        public override async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
        {
            var unix = endPoint.AddressFamily == AddressFamily.Unix;
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                if (!unix)
                    socket.NoDelay = true;
                await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
