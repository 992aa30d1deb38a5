using System.CommandLine;
using System.Globalization;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Commands;

/// <summary>The main command: many seeds, or one again.</summary>
internal static class SeedsCommand
{
    public static RootCommand Create()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = static _ => 1000 };
        var first = new Option<int>("--first") { Description = "The first of them.", DefaultValueFactory = static _ => 1 };
        var seed = new Option<int?>("--seed") { Description = "Runs this one seed alone and prints the hash of its trace." };
        var streams = new Option<int>("--streams") { Description = "How many streams a seed has.", DefaultValueFactory = static _ => 50 };
        var edits = new Option<int>("--edits")
        {
            Description = "How many edits of the policy a seed makes in its ten minutes, beside the faults and under load; 10,000 are --seeds 100 --edits 100. 0 for a policy that stays as it is.",
            DefaultValueFactory = static _ => 0,
        };
        var threads = new Option<int>("--threads") { Description = "How many seeds run at a time; a seed always has one thread.", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var trace = new Option<FileInfo?>("--trace") { Description = "With --seed: writes every line of the trace to this file, the same bytes on every replay." };
        var mutant = new Option<Mutant>("--mutant") { Description = "Puts a defect into the simulation's own parts, for the invariants to find.", DefaultValueFactory = static _ => Mutant.None };
        foreach (var option in new[] { seeds, streams, threads })
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 1)
                    result.AddError($"{option.Name} is at least 1.");
            });
        }

        var root = new RootCommand("Runs the stream core on a virtual clock and a faulty simulated network, and checks that its invariants hold at every step. Exit status: 0 they hold, 1 they do not, 2 wrong usage.")
        {
            seeds, first, seed, streams, edits, threads, trace, mutant, FleetCommand.Create(), ExplainCommand.Create(),
        };
        edits.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 0)
                result.AddError("--edits is at least 0.");
        });
        root.Validators.Add(result =>
        {
            if (result.GetValue(trace) is not null && result.GetValue(seed) is null)
                result.AddError("--trace needs --seed: a trace is of one run.");
        });
        root.SetAction((parsed, cancellationToken) =>
        {
            var options = new SimOptions { Seed = 0, Streams = parsed.GetValue(streams), Edits = parsed.GetValue(edits), Mutant = parsed.GetValue(mutant) };

            // Not on this thread: Ctrl+C is only heard once the action has returned its task.
            return Task.Run(() => parsed.GetValue(seed) is { } one
                ? RunOne(options with { Seed = one }, parsed.GetValue(trace))
                : RunMany(options, parsed.GetValue(first), parsed.GetValue(seeds), parsed.GetValue(threads), cancellationToken));
        });
        return root;
    }

    private static int RunOne(SimOptions options, FileInfo? trace)
    {
        SimResult result;
        using (var writer = trace is null ? null : new StreamWriter(trace.FullName) { NewLine = "\n" })
            result = SimWorld.Run(options with { Trace = writer });
        if (result.Violation is { } violation)
            ViolationText.Write(Console.Out, violation, options);
        result.Edits?.Write(Console.Out);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {result.Seed}: {result.Steps} steps, {result.Attempts} attempts, {result.Messages} messages, {result.Faults} faults, {result.Time / 60e6:0.0} virtual minutes, trace {result.TraceHash:x16}"));
        return result.Violation is null ? 0 : 1;
    }

    private static int RunMany(SimOptions options, int first, int seeds, int threads, CancellationToken cancellationToken)
    {
        // What is done by then is printed, so the cancellation ends the seeds and not the program.
        var totals = new SeedRunner(options, first, seeds, threads) { Progress = static so => Console.WriteLine(so) }.Run(cancellationToken);
        foreach (var violation in totals.Violations.Take(3))
            ViolationText.Write(Console.Out, violation, options);
        if (totals.Violations.Count > 3)
            Console.WriteLine($"also: seeds {string.Join(", ", totals.Violations.Skip(3).Take(40).Select(static violation => $"{violation.Seed} ({violation.Invariant})"))}");
        if (cancellationToken.IsCancellationRequested)
            Console.WriteLine("stopped before the end");
        if (options.Edits > 0)
        {
            totals.Edits.Write(Console.Out);
            Console.WriteLine(totals.Verdict);
        }

        Console.WriteLine(totals);
        if (totals.Least.Faults < int.MaxValue)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"each seed: at least {totals.Least.Faults} faults and {totals.Least.Time / 60e6:0.0} virtual minutes"));
        return totals.Violations.Count == 0 ? 0 : 1;
    }
}
