using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

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

    /// <summary>As <see cref="ConnectAsync(EndPoint, CancellationToken)"/>, with what the policy asks of the socket. This is what the runtime calls.</summary>
    /// <param name="request">Where to, and how.</param>
    /// <param name="cancellationToken">Cancelled when the attempt is over or another address was faster.</param>
    /// <returns>The stream, without TLS.</returns>
    /// <remarks>An implementation that does not override it connects to the address and knows nothing of the rest.</remarks>
    /// <exception cref="SocketException">The address could not be reached, or the local one could not be had.</exception>
    public virtual ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ConnectAsync(request.EndPoint, cancellationToken);
    }

    private sealed class SystemDialer : SsSocketDialer
    {
        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) =>
            ConnectAsync(new SsConnectRequest(endPoint), cancellationToken);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken)
        {
            var unix = request.EndPoint.AddressFamily == AddressFamily.Unix;
            var socket = new Socket(request.EndPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                if (!unix)
                {
                    socket.NoDelay = true;
                    SocketOptions.Apply(socket, request);
                    if (request.LocalEndPoint is { } local)
                        Bind(socket, local);
                }

                try
                {
                    await socket.ConnectAsync(request.EndPoint, cancellationToken).ConfigureAwait(false);
                }
                catch (SocketException error) when (request.LocalEndPoint is not null && error.SocketErrorCode is (SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse))
                {
                    // Binding to a port that is in use succeeds, see below; that it has a connection to this very peer already shows here.
                    throw new LocalBindException(request.LocalEndPoint!, error);
                }

                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        private static void Bind(Socket socket, IPEndPoint local)
        {
            try
            {
                // A fixed port is wanted again by the next connection, while the last one from it still lingers.
                if (local.Port != 0)
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(local);
            }
            catch (SocketException error)
            {
                throw new LocalBindException(local, error);
            }
        }
    }
}
