using SecureStreams.Simulation.Commands;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Tests;

/// <summary>The invariants are worth something: a defect put into the simulation's own parts is found, and by the invariant that is about it.</summary>
public class MutantTests(ITestOutputHelper output)
{
    private const int MostSeeds = 2000;

    [Theory]
    [InlineData(nameof(Mutant.LosesWakeUps), "RetryWindow", "AttemptBound", "NeverLost", "SilenceAfterEnd", "DeadPeer")]
    [InlineData(nameof(Mutant.NoJitter), "JitterExists")]
    [InlineData(nameof(Mutant.AlwaysHeard), "DeadPeer")]
    [InlineData(nameof(Mutant.CallsBesideTheMailbox), "NoOverlap")]
    [InlineData(nameof(Mutant.DeliversInsideCalls), "NoOverlap")]
    [InlineData(nameof(Mutant.DeliversTwice), "PayloadIntact")]
    [InlineData(nameof(Mutant.WrongCause), "CauseNamed")]
    [InlineData(nameof(Mutant.LateTimers), "RetryWindow", "DeadPeer", "AttemptBound")]
    [InlineData(nameof(Mutant.AcknowledgesTwice), "AcknowledgedOnce")]
    public void Each_is_found(string mutant, params string[] invariants) => IsFound(mutant, edits: 0, invariants);

    [Theory]
    [InlineData(nameof(Mutant.EditReconnectsEqual), "PlanKept")]
    [InlineData(nameof(Mutant.RefusedEditActs), "RefusedChangesNothing")]
    [InlineData(nameof(Mutant.FinishDropsWhatComes), "NothingLost")]
    public void Each_is_found_where_the_policy_is_edited(string mutant, params string[] invariants) => IsFound(mutant, edits: 50, invariants);

    private void IsFound(string mutant, int edits, string[] invariants)
    {
#if DEBUG
        Assert.SkipWhen(mutant == nameof(Mutant.CallsBesideTheMailbox), "In a Debug build the product itself asserts that it is on its mailbox, and ends the process.");
#endif
        var totals = new SeedRunner(new SimOptions { Seed = 0, Mutant = Enum.Parse<Mutant>(mutant), Edits = edits }, first: 1, MostSeeds, threads: 1) { StopsAtViolation = true }
            .Run(TestContext.Current.CancellationToken);

        var violation = Assert.Single(totals.Violations);
        output.WriteLine($"{mutant}: seed {violation.Seed}, {violation.Invariant}: {violation.Message}");
        Assert.Contains(violation.Invariant, invariants);
    }
}
