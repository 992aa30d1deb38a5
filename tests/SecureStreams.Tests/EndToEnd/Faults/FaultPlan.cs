using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>A transfer and what befalls its connections, all of it from a seed: the first few may each have a fault, what comes after them has none.</summary>
internal sealed class FaultPlan
{
    private readonly List<Fault> _faults = [];

    public FaultPlan(int seed, TestWire wire)
    {
        var random = new Random(seed);
        Seed = seed;
        Up = random.Next(2) == 0;

        // From nothing to some hundred KiB, small ones as often as large ones.
        Length = (long)Math.Pow(2, random.NextDouble() * 18);
        for (var count = random.Next(4); count > 0; count--)
        {
            var kind = (FaultKind)random.Next(6);
            var way = kind switch
            {
                FaultKind.EndToClient => RelayDirection.ToClient,
                FaultKind.EndToServer => RelayDirection.ToServer,
                _ => random.Next(2) == 0 ? RelayDirection.ToClient : RelayDirection.ToServer,
            };
            var at = random.Next(3) switch
            {
                0 => random.Next(50),
                1 => random.Next(3000),
                _ => random.NextInt64(Length + 3000),
            };

            // The end of a raw connection is an end like any other: a network that makes one up deceives the server, and no client can know.
            if (!(wire.IsRaw && kind == FaultKind.EndToServer))
                _faults.Add(new Fault(kind, way, at));
        }
    }

    public int Seed { get; }

    public bool Up { get; }

    public long Length { get; }

    /// <summary>What befalls connection number i, from 0.</summary>
    public IReadOnlyList<Fault> Faults => _faults;

    public bool HasSilence => _faults.Any(static fault => fault.Kind == FaultKind.Stop);

    public WireTask Task => Up ? WireTask.Hash(Length, rate: 0) : WireTask.Bytes(Length, Seed);

    public override string ToString() => $"seed {Seed}: {Length} bytes {(Up ? "up" : "down")}, {(_faults.Count == 0 ? "no fault" : string.Join(", ", _faults))}";
}
