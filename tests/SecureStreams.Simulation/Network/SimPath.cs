using System.Numerics;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Network;

/// <summary>Which faults are in force for new attempts, and until when.</summary>
internal sealed class SimPath
{
    private readonly long[] _until = new long[32];

    public long Until(FaultKind fault) => _until[BitOperations.TrailingZeroCount((int)fault)];

    public void Set(FaultKind fault, long until)
    {
        ref var place = ref _until[BitOperations.TrailingZeroCount((int)fault)];
        place = Math.Max(place, until);
    }

    public void Heal() => Array.Clear(_until);
}
