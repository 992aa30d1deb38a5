using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Policy;
using SecureStreams.Tool.Commands;

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

    /// <summary>
    /// Words that look like options and are none, before <c>--</c>: a mistyped option would otherwise be taken for the name of a file or a streamtype.
    /// </summary>
    public static IEnumerable<string> UnknownOptions(ParseResult result)
    {
        var names = result.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash).Select(static token => token.Value).ToHashSet(StringComparer.Ordinal);
        return result.CommandResult.Command.Arguments
            .SelectMany(result.CommandResult.Given)
            .Concat(result.UnmatchedTokens)
            .Where(word => word is ['-', _, ..] && !names.Contains(word));
    }

    private static IEnumerable<string> Lines(ParseResult result)
    {
        // A value that follows such a word is told as unknown, too, and follows from this.
        var unknown = UnknownOptions(result).ToList();
        if (unknown.Count > 0)
        {
            var options = result.CommandResult.Command.Options.Select(static option => option.Name).Append("--help").ToList();
            return unknown.Select(word => $"'{word}' is no option{DidYouMean(word, options)}");
        }

        var commands = result.CommandResult.Command.Subcommands;
        if (commands.Count > 0 && result.UnmatchedTokens is [var word, ..])
        {
            // That a command is missing and that every other word is unknown follows from this.
            return [$"'{word}' is no command{DidYouMean(word, commands.Select(static command => command.Name))}"];
        }

        // The library names the command that lacks an argument; which argument is what the user wants to know.
        return result.Errors.Select(static error => error.SymbolResult is ArgumentResult { Tokens.Count: 0 } argument
            ? $"{argument.Argument.Name} is missing. {argument.Argument.Description}"
            : error.Message);
    }

    private static string DidYouMean(string word, IEnumerable<string> known) => Suggestion.Nearest(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "sstreams";
}
