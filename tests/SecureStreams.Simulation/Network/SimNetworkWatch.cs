using SecureStreams.Network;

namespace SecureStreams.Simulation.Network;

/// <summary>A machine that never changes its network, whatever the real one does.</summary>
internal sealed class SimNetworkWatch : SsNetworkWatch
{
    public override long Changes => 0;
}
