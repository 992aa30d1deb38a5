using System.Net;

namespace SecureStreams.Network;

/// <summary>The sockets of one dial that somebody interferes with.</summary>
internal sealed class FaultedSockets(SsFaultedDial faults, SsSocketDialer sockets) : SsSocketDialer
{
    public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => ConnectAsync(new SsConnectRequest(endPoint), cancellationToken);

    public override ValueTask<Stream> ConnectAsync(SsConnectRequest request, CancellationToken cancellationToken) => faults.ConnectAsync(request, sockets, cancellationToken);
}
