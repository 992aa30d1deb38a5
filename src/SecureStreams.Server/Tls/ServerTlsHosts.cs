using System.Net.Security;
using SecureStreams.Network;
using SecureStreams.Server.Routing;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tls;

/// <summary>The TLS of a listener: the name that a client asks for (RFC 6066 section 3) chooses among that of its streamtypes; without a name, or with another one, it is the listener's own.</summary>
internal sealed class ServerTlsHosts(ServerTls own, RouteTable routes, TimeProvider time)
{
    /// <summary>The TLS for a host.</summary>
    public ServerTls Of(ReadOnlySpan<char> host) => routes.FindTls(host) ?? own;

    /// <summary>Runs the server's side of a handshake on a connection, which it closes when that fails.</summary>
    /// <param name="wire">The connection.</param>
    /// <param name="protocols">What is agreed to by ALPN, best first; empty for nothing.</param>
    /// <param name="cancellationToken">Whoever cancels has lost interest, or its bound has run out.</param>
    /// <exception cref="TransportException">It failed; the failure says why.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<SecuredConnection> AuthenticateAsync(CountingStream wire, IReadOnlyList<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        var handshake = new ServerHandshake(wire, name => Of(name), protocols, time);
        return await handshake.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
