using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>What interferes with one dial. The base interferes with nothing. Members are called in the order in which they stand here, from any thread.</summary>
public abstract class SsFaultedDial
{
    /// <summary>What looking up the name fails with, in place of asking anybody; null to go on. Address literals and Unix sockets fail as well.</summary>
    public virtual SocketException? NameError => null;

    /// <summary>Whether nothing is reached anyway, so that no name is looked up: <see cref="ConnectAsync"/> is then asked for 192.0.2.1, which is nobody's (RFC 5737).</summary>
    public virtual bool ReachesNobody => false;

    /// <summary>
    /// How the peer's certificate is refused: a code whose name begins with Certificate, or <see cref="SsCauseCode.TlsHandshakeFailed"/>. Nobody is asked then; counts only where TLS is
    /// spoken. Null for the handshake itself to decide.
    /// </summary>
    public virtual SsCauseCode? TlsRefusal => null;

    /// <summary>Connects to one address.</summary>
    /// <param name="request">Where to, and how.</param>
    /// <param name="sockets">The sockets of the context.</param>
    /// <param name="cancellationToken">Cancelled when the attempt is over or another address was faster.</param>
    /// <returns>The stream, without TLS.</returns>
    /// <exception cref="SocketException">The address could not be reached.</exception>
    public virtual ValueTask<Stream> ConnectAsync(SsConnectRequest request, SsSocketDialer sockets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sockets);
        return sockets.ConnectAsync(request, cancellationToken);
    }

    /// <summary>Puts itself between the socket and everything above it, TLS included.</summary>
    /// <param name="socket">The connected socket, or what the program's own dialer made.</param>
    /// <returns>What is read and written in its place; disposing it disposes <paramref name="socket"/>. Let it implement <see cref="ISsHalfCloseStream"/>.</returns>
    public virtual Stream Wrap(Stream socket) => socket;
}
