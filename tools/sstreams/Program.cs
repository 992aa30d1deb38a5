using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using SecureStreams.Tool.Commands;

namespace SecureStreams.Tool;

/// <summary>The entry: parses, says what is wrong with the usage, runs the command.</summary>
internal static class Program
{
    // '@' belongs to --data, so arguments that begin with it are not response files.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    public static async Task<int> Main(string[] args)
    {
        StandardHandle.SilenceClosed();
        try
        {
            return await CommandGuard.RunAsync(() => RunAsync(args));
        }
        finally
        {
            TerminalKeypad.Restore();
        }
    }

    private static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("""
            Secure Streams on the command line: checks, shows, compares, compiles and explains policies, runs streamtypes, measures and serves them,
            finds out where the network leads.

            Examples:
              sstreams policy check demo.json
              sstreams policy show page --policy demo.json --overlay site.json
              sstreams policy explain port
              sstreams run page --policy demo.json > page.html
              sstreams bench page --policy demo.json --messages 2000
              sstreams serve inbox --policy server.json
              sstreams internet --policy portal.json
            """)
        {
            PolicyCommand.Create(),
            RunCommand.Create(),
            BenchCommand.Create(),
            ServeCommand.Create(),
            StatusCommand.Create(),
            InternetCommand.Create(),
        };

        DetailedCommand.UseIn(root);

        var result = root.Parse(args, Parser);
        var isCommand = result.Action == result.CommandResult.Command.Action;
        if (result.Action is ParseErrorAction || (isCommand && UsageErrors.UnknownOptions(result).Any()))
        {
            if (UsageErrors.LacksCommand(result))
                await root.Parse([.. args, "--help"], Parser).InvokeAsync(new InvocationConfiguration { Output = Console.Error });
            else
                UsageErrors.Tell(LineWriter.Error(), result);
            return ExitCode.Usage;
        }

        // Signals are the running command's own affair: it alone knows what an orderly end is.
        return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    }
}
