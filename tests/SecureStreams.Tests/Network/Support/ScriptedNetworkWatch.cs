using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A machine that changes its network when the test says so.</summary>
internal sealed class ScriptedNetworkWatch : SsNetworkWatch
{
    private long _changes;

    public override long Changes => Volatile.Read(ref _changes);

    public void Change() => Interlocked.Increment(ref _changes);
}
