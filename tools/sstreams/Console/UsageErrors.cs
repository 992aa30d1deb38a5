using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>Says what is wrong with the arguments.</summary>
internal static class UsageErrors
{
    /// <summary>Whether nothing is wrong but that it ends before a command.</summary>
    public static bool LacksCommand(ParseResult result) => result.CommandResult.Command.Subcommands.Count > 0 && result.UnmatchedTokens.Count == 0;

    /// <summary>A line for each mistake, and where to read on.</summary>
    public static void Tell(LineWriter errors, ParseResult result)
    {
        foreach (var line in Lines(result).Distinct())
            errors.Line($"sstreams: {PlainText.OneLine(line)}");
        errors.Line($"sstreams: see '{PathOf(result.CommandResult)} --help'");
    }

    private static IEnumerable<string> Lines(ParseResult result)
    {
        var commands = result.CommandResult.Command.Subcommands;
        if (commands.Count > 0 && result.UnmatchedTokens is [var word, ..])
        {
            // That a command is missing and that every other word is unknown follows from this.
            var near = Suggestion.Nearest(word, commands.Select(static command => command.Name));
            return [$"'{word}' is no command{(near is null ? "" : $"; did you mean '{near}'?")}"];
        }

        // The library names the command that lacks an argument; which argument is what the user wants to know.
        return result.Errors.Select(static error => error.SymbolResult is ArgumentResult { Tokens.Count: 0 } argument
            ? $"{argument.Argument.Name} is missing. {argument.Argument.Description}"
            : error.Message);
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "sstreams";
}
