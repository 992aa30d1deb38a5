using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace SecureStreams.Tool;

/// <summary>A command with one line for the list that its parent's help shows, and more for its own help.</summary>
internal sealed class DetailedCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>Makes the help of <paramref name="root"/> and all below it show the details.</summary>
    public static void UseIn(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithDetails((HelpAction)option.Action!);
    }

    private sealed class HelpWithDetails(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            // The program ends after its help, so the command need not get its summary back.
            if (parseResult.CommandResult.Command is DetailedCommand command)
                command.Description += "\n" + command.Details;
            return help.Invoke(parseResult);
        }
    }

    private string Details { get; } = details;
}
