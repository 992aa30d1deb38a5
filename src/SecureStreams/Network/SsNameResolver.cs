using System.Net;

namespace SecureStreams.Network;

/// <summary>Turns a host name into addresses. Implementations are safe from any thread.</summary>
public abstract class SsNameResolver
{
    /// <summary>The operating system's resolver.</summary>
    public static SsNameResolver System { get; } = new SystemResolver();

    /// <summary>All addresses of <paramref name="host"/>, best first as the resolver orders them.</summary>
    /// <param name="host">The name as the policy has it, without brackets or port.</param>
    /// <param name="cancellationToken">Cancelled when the attempt is over, its bound of 20 s included.</param>
    /// <returns>The addresses of either family; empty when the name has none.</returns>
    /// <exception cref="global::System.Net.Sockets.SocketException">The name does not exist, or the resolver could not be asked.</exception>
    public abstract ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);

    private sealed class SystemResolver : SsNameResolver
    {
        public override async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
    }
}
