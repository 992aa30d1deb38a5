using SecureStreams.Simulation.Edits;

namespace SecureStreams.Simulation.Engine;

/// <summary>What came of one run.</summary>
internal sealed record SimResult
{
    public required int Seed { get; init; }

    public required SimViolation? Violation { get; init; }

    public required ulong TraceHash { get; init; }

    public required long Steps { get; init; }

    /// <summary>Virtual time, in microseconds.</summary>
    public required long Time { get; init; }

    public required int Faults { get; init; }

    public required int Attempts { get; init; }

    public required int Messages { get; init; }

    public required int Acknowledged { get; init; }

    /// <summary>What was edited and what came of it; null where the policy stayed as it was.</summary>
    public required EditTotals? Edits { get; init; }
}
