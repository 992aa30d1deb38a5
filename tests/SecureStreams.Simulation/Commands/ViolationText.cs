using System.Globalization;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Commands;

/// <summary>How a violation is shown.</summary>
internal static class ViolationText
{
    public static void Write(TextWriter output, SimViolation violation, SimOptions options)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {violation.Seed}, step {violation.Step}, virtual time {violation.Time / 1e6:0.000000} s: {violation.Invariant}: {violation.Message}"));
        output.WriteLine("the last lines of the trace (step, seconds, stream, what):");
        foreach (var line in violation.Trace)
            output.WriteLine($"  {line}");
        output.WriteLine($"replay: dotnet run -c Release --project tests/SecureStreams.Simulation -- --seed {violation.Seed} --streams {options.Streams}{(options.Edits == 0 ? "" : $" --edits {options.Edits}")} --trace trace.txt");
    }
}
