using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Commands;

/// <summary>Asks streams to explain failures whose cause is known, because it was put there.</summary>
internal static class ExplainRun
{
    /// <summary>Runs <paramref name="failures"/> of them, every streamtype with every fault in turn.</summary>
    public static IReadOnlyList<ExplainedFailure> Run(int failures, int firstSeed)
    {
        var kinds = SimPolicy.Every.Kinds.Length;
        var explained = new ExplainedFailure[failures];
        for (var i = 0; i < failures; i++)
        {
            // Both lists are walked at once; their lengths have no common divisor, so every pair is met.
            var fault = SingleFault.Telling[i % SingleFault.Telling.Length];
            var kind = i % kinds;
            SingleFault? scenario = null;
            var result = SimWorld.Run(new SimOptions
            {
                Seed = firstSeed + i,
                Streams = 1,
                FirstKind = kind,
                Chaos = 120_000_000,
                Scenario = world => scenario = new SingleFault(world, fault),
            });
            explained[i] = new ExplainedFailure(firstSeed + i, fault, scenario!.IsNamed && result.Violation is null, scenario.Explanation, result.Violation);
        }

        return explained;
    }
}
