using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Every name is 127.0.0.1.</summary>
internal sealed class LoopbackNames : SsNameResolver
{
    public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => new([IPAddress.Loopback]);
}
