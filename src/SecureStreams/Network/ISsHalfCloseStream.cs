using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>
/// A stream of a program's own <see cref="SsSocketDialer"/> that can end its sending side alone. A <see cref="System.Net.Sockets.NetworkStream"/> can by itself; a stream
/// that wraps one implements this, or raw streams cannot half-close on it: their connection then ends instead.
/// </summary>
public interface ISsHalfCloseStream
{
    /// <summary>Nothing more is sent: the peer reads to the end of what was. Reading goes on. From any thread, after the last write, at most once.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    void ShutdownSend();

    /// <summary>Ends the sending side of a connected stream alone: of a <see cref="NetworkStream"/>, or one that implements this. What a stream that wraps another does with that one.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="NotSupportedException">It is neither.</exception>
    static void ShutdownSend(Stream stream)
    {
        switch (stream)
        {
            case NetworkStream network:
                try
                {
                    network.Socket.Shutdown(SocketShutdown.Send);
                }
                catch (SocketException error)
                {
                    throw new IOException(error.Message, error);
                }

                break;
            case ISsHalfCloseStream able:
                able.ShutdownSend();
                break;
            default:
                throw new NotSupportedException("The stream that the program's own socket dialer made cannot end one side alone; let it implement ISsHalfCloseStream.");
        }
    }
}
