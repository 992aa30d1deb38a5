using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>Turns a host name into addresses. Implementations are safe from any thread.</summary>
public abstract class SsNameResolver
{
    /// <summary>The operating system's resolver, asked for IPv6 and IPv4 at the same time.</summary>
    public static SsNameResolver System { get; } = new SystemResolver();

    /// <summary>
    /// Whether <see cref="ResolveAsync(string, AddressFamily, CancellationToken)"/> asks for one family alone, so that the answers come one by one and the first can be used
    /// before the second is there (RFC 8305 section 3). False by default: then <see cref="ResolveAsync(string, CancellationToken)"/> is asked once, for all.
    /// </summary>
    public virtual bool AnswersByFamily => false;

    /// <summary>All addresses of <paramref name="host"/>, best first as the resolver orders them.</summary>
    /// <param name="host">The name of the policy, without brackets or port; letters outside of ASCII as IDNA writes them (<c>xn--</c>, RFC 5891).</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more, because the attempts are over, their bounds included.</param>
    /// <returns>The addresses of either family; empty when the name has none.</returns>
    /// <exception cref="SocketException">The name does not exist, or the resolver could not be asked.</exception>
    public abstract ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);

    /// <summary>The addresses of <paramref name="host"/> of one family. Called only where <see cref="AnswersByFamily"/> says so; both families are asked at the same time.</summary>
    /// <param name="host">The name of the policy, without brackets or port; letters outside of ASCII as IDNA writes them (<c>xn--</c>, RFC 5891).</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="cancellationToken">As above.</param>
    /// <returns>The addresses; empty when the name has none of that family.</returns>
    /// <exception cref="SocketException">The name does not exist or has no such address (HostNotFound, NoData), or the resolver could not be asked (anything else).</exception>
    public virtual ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A resolver that answers by family overrides this.");

    private sealed class SystemResolver : SsNameResolver
    {
        public override bool AnswersByFamily => true;

        public override async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);

        public override async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
            await Dns.GetHostAddressesAsync(host, family, cancellationToken).ConfigureAwait(false);
    }
}
