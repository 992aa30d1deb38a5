using SecureStreams.Simulation.Commands;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Tests;

/// <summary>A stream can say why it failed.</summary>
public class ExplainTests
{
    [Fact]
    public void Of_500_known_failures_at_least_495_are_named()
    {
        var explained = ExplainRun.Run(failures: 500, firstSeed: 1);
        var misses = explained.Where(static one => !one.IsNamed).ToList();
        Assert.True(misses.Count <= 5, string.Join(Environment.NewLine, misses));
        Assert.Equal(SingleFault.Telling.Length, explained.Select(static one => one.Fault).Distinct().Count());
        Assert.Equal(8, explained.Select(static one => one.Explanation?.StreamType).Distinct().Count());
    }

    [Fact]
    public void Every_telling_fault_has_a_cause_and_no_other_has() => Assert.Equal(
        SingleFault.Telling.Append(FaultKind.Suspend).Order(),
        Enum.GetValues<FaultKind>().Where(static fault => fault != FaultKind.None && IsCause(fault)).Order());

    private static bool IsCause(FaultKind fault) => Enum.GetValues<SsPhase>()
        .Any(phase => Enum.GetValues<SsCauseCode>().Any(code => (FaultCauses.Explaining(phase, code) & fault) != 0));
}
