using System.Net;
using SecureStreams.Network;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Network;

/// <summary>Opens sockets of the simulated network.</summary>
internal sealed class SimSockets(SimWorld world) : SsSocketDialer
{
    public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        world.Clock.AssertThread();
        return new ValueTask<Stream>(new SimConnecting(world, world.Network.AttemptOf(((IPEndPoint)endPoint).Address), cancellationToken).Task);
    }
}
