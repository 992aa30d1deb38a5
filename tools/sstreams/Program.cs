using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using SecureStreams.Tool.Commands;

namespace SecureStreams.Tool;

/// <summary>The entry: parses, says what is wrong with the usage, runs the command.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("""
            Secure Streams on the command line: checks policies and runs streamtypes.

            Examples:
              sstreams policy check demo.json
              sstreams run page --policy demo.json > page.html
            """)
        {
            PolicyCommand.Create(),
            RunCommand.Create(),
        };

        DetailedCommand.UseIn(root);

        // '@' belongs to --data, so arguments that begin with it are not response files.
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
                await Console.Error.WriteLineAsync($"sstreams: {PlainText.OneLine(error.Message)}");
            await Console.Error.WriteLineAsync($"sstreams: see '{CommandPath(result.CommandResult)} --help'");
            return ExitCode.Usage;
        }

        // Signals are the running command's own affair: it alone knows what an orderly end is.
        return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static string CommandPath(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{CommandPath(parent)} {command.Command.Name}" : "sstreams";
}
