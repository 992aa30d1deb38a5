using System.CommandLine;
using System.CommandLine.Parsing;

namespace SecureStreams.Tool.Commands;

/// <summary>Checks that several arguments share.</summary>
internal static class Validation
{
    /// <summary>An empty file name, as an unset variable of a shell gives it, is told by the option.</summary>
    public static T RefuseEmpty<T>(this T option)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0))
                result.AddError($"{option.Name}: the file name is empty.");
        });
        return option;
    }

    /// <summary>
    /// The words given for an option, for checks of the whole command: its value cannot be asked for while the option itself may be wrong.
    /// </summary>
    public static IEnumerable<string> Given(this SymbolResult command, Option option) =>
        command.GetResult(option)?.Tokens.Select(static token => token.Value) ?? [];

    /// <summary>The words given for an argument.</summary>
    public static IEnumerable<string> Given(this SymbolResult command, Argument argument) =>
        command.GetResult(argument)?.Tokens.Select(static token => token.Value) ?? [];

    /// <summary>For the checks of the command: those of an argument are not run for all of its words.</summary>
    public static void RefuseEmpty(this SymbolResult command, Argument argument)
    {
        if (command.Given(argument).Any(static word => word.Length == 0))
            command.AddError($"{argument.Name}: the file name is empty.");
    }

    /// <summary>A result that takes the place of what it was made from.</summary>
    public static void RefuseOverwriting(this SymbolResult command, Option output, IEnumerable<string> inputs)
    {
        if (command.Given(output).FirstOrDefault() is { } file and not CommandOutput.Standard && inputs.Any(input => OutputFile.Replaces(file, input)))
            command.AddError($"{output.Name}: {file} is one of the files that are read; give another name.");
    }

    /// <summary>One of a few words.</summary>
    public static Option<string> Format(params string[] allowed)
    {
        var option = new Option<string>("--format")
        {
            Description = $"The form of the output: {string.Join(", ", allowed)}.",
            HelpName = string.Join('|', allowed),
            DefaultValueFactory = _ => allowed[0],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !allowed.Contains(result.Tokens[^1].Value))
                result.AddError($"--format is {string.Join(" or ", allowed)}, not '{result.Tokens[^1].Value}'.");
        });
        return option;
    }

    /// <summary><c>--output</c>.</summary>
    public static Option<string?> Output() =>
        new Option<string?>("--output") { Description = "Write to a file instead of standard output: whole or not at all.", HelpName = "FILE" }.RefuseEmpty();
}
