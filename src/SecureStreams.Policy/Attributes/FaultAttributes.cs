using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What goes wrong in a test. Acts in programs alone that ask for it in code; others refuse the policy.</summary>
internal static class FaultAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            Name = "test_faults", Kind = PolicyValueKind.TextList, Default = "[]", MaximumItems = 16, Pattern = PolicyPatterns.Fault, PatternHelp = PolicyPatterns.FaultHelp,
            Impact = PolicyImpact.Live, IsExtension = true, ActedOn = true,
            Help = "What goes wrong on its connections, for tests: docs/testing.md has the list. A program that has not called UseFaultInjection() refuses a policy that states any.",
        },
        new()
        {
            Name = "test_fault_seed", Kind = PolicyValueKind.Number, Default = "0", Impact = PolicyImpact.Live, IsExtension = true, ActedOn = true,
            Help = "Decides, with the number of the attempt, which faults with a percent come: the same seed, the same faults.",
        },
    ];
}
