using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Engine;

/// <summary>What one run is made of. The same options give the same run, wherever and whenever.</summary>
internal sealed record SimOptions
{
    public required int Seed { get; init; }

    public int Streams { get; init; } = 50;

    /// <summary>How long faults are injected, in microseconds of the virtual clock.</summary>
    public long Chaos { get; init; } = 600_000_000;

    /// <summary>How many faults are injected at least.</summary>
    public int Faults { get; init; } = 520;

    /// <summary>How many edits of the policy are made meanwhile; 0 for a policy that stays as it is.</summary>
    public int Edits { get; init; }

    /// <summary>What the streams are.</summary>
    public SimPolicy Policy { get; init; } = SimPolicy.Every;

    /// <summary>The streamtype of the first stream; the others follow in turn.</summary>
    public int FirstKind { get; init; }

    /// <summary>What breaks instead of random faults; the application then only wants to talk. Null for random faults.</summary>
    public Func<SimWorld, IScenario>? Scenario { get; init; }

    public Mutant Mutant { get; init; }

    /// <summary>Where every line of the trace goes; null for nowhere.</summary>
    public TextWriter? Trace { get; init; }
}
