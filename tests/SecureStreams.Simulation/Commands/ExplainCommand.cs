using System.CommandLine;

namespace SecureStreams.Simulation.Commands;

/// <summary><c>explain</c>: whether streams can say why they failed.</summary>
internal static class ExplainCommand
{
    /// <summary>Of a hundred failures so many must be named.</summary>
    public const int RequiredPercent = 99;

    public static Command Create()
    {
        var failures = new Option<int>("--failures") { Description = "How many failures.", DefaultValueFactory = static _ => 500 };
        var first = new Option<int>("--first") { Description = "The first seed.", DefaultValueFactory = static _ => 1 };
        var command = new Command("explain", "Injects one known fault after the other and asks the stream to explain it.") { failures, first };
        command.SetAction(parsed =>
        {
            var explained = ExplainRun.Run(parsed.GetValue(failures), parsed.GetValue(first));
            foreach (var miss in explained.Where(static one => !one.IsNamed))
                Console.WriteLine(miss);
            foreach (var group in explained.GroupBy(static one => one.Fault))
                Console.WriteLine($"{group.Key,-16} {group.Count(static one => one.IsNamed)} of {group.Count()}");
            var named = explained.Count(static one => one.IsNamed);
            Console.WriteLine($"{named} of {explained.Count} failures named");
            return named * 100 >= explained.Count * RequiredPercent ? 0 : 1;
        });
        return command;
    }
}
