using System.CommandLine;

namespace SecureStreams.Simulation.Commands;

/// <summary><c>fleet</c>: what a peer sees of many devices that lost it together.</summary>
internal static class FleetCommand
{
    public static Command Create()
    {
        var devices = new Option<int>("--devices") { Description = "How many devices, each a context with a governor of its own.", DefaultValueFactory = static _ => 1000 };
        var streams = new Option<int>("--streams") { Description = "How many streams a device has, all to one peer.", DefaultValueFactory = static _ => 100 };
        var seed = new Option<int>("--seed") { Description = "The seed.", DefaultValueFactory = static _ => 1 };
        var threads = new Option<int>("--threads") { Description = "How many devices run at a time.", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var command = new Command("fleet", "A peer of a whole fleet is gone for ten minutes: its attempts by the second, with jitter and without. Each device must stay within its budget.")
        {
            devices, streams, seed, threads,
        };

        // Not on this thread: Ctrl+C is only heard once the action has returned its task.
        command.SetAction((parsed, cancellationToken) => Task.Run(() => Run(
            new FleetRun(parsed.GetValue(devices), parsed.GetValue(streams), parsed.GetValue(seed), parsed.GetValue(threads)), cancellationToken)));
        return command;
    }

    private static int Run(FleetRun fleet, CancellationToken cancellationToken)
    {
        var status = 0;
        foreach (var jitter in new[] { true, false })
        {
            var result = fleet.Run(jitter, cancellationToken);
            Console.WriteLine($"{(jitter ? "with" : "without")} jitter: {result.Devices} devices, the peer is gone for {result.End - result.Begin} s");
            result.Write(Console.Out);
            Console.WriteLine($"  peaks: {result.Peak(result.Begin, result.Begin + 10)}/s in the first 10 s, {result.Peak(result.Begin + 10, result.End)}/s while it is gone, {result.Peak(result.End, result.BySecond.Length)}/s when it is back");
            foreach (var violation in result.Violations.Take(3))
                Console.WriteLine($"  seed {violation.Seed}: {violation.Invariant}: {violation.Message}");
            if (result.Violations.Count > 0)
                status = 1;
        }

        return status;
    }
}
