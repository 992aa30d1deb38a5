using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Commands;

/// <summary>A failure with a known cause, and what the stream said about it.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Fault">What was done.</param>
/// <param name="IsNamed">Whether the newest failure of the explanation is that.</param>
/// <param name="Explanation">What the stream said.</param>
/// <param name="Violation">An invariant that did not hold meanwhile.</param>
internal sealed record ExplainedFailure(int Seed, FaultKind Fault, bool IsNamed, SsExplanation? Explanation, SimViolation? Violation)
{
    public override string ToString() =>
        $"seed {Seed}: {Fault} was injected; {Explanation?.StreamType ?? "no stream"} explains {Explanation?.LastFailure?.Cause.ToString() ?? "nothing"}{(Violation is null ? "" : $"; {Violation.Invariant}: {Violation.Message}")}";
}
