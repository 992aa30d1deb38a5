using System.Net;
using SecureStreams.Network;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Network;

/// <summary>The resolver of the simulated network.</summary>
internal sealed class SimNames(SimWorld world) : SsNameResolver
{
    public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        world.Clock.AssertThread();
        return new ValueTask<IReadOnlyList<IPAddress>>(new SimQuery(world, world.Network.AttemptOf(host), cancellationToken).Task);
    }
}
