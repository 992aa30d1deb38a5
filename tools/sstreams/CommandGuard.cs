using System.Diagnostics;
using SecureStreams.Policy;
using Spectre.Console;

namespace SecureStreams.Tool;

/// <summary>Turns what a command throws into one line and an exit status; nobody is shown a stack trace.</summary>
internal static class CommandGuard
{
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception error)
        {
            return Report(LineWriter.Error(), error);
        }
    }

    private static int Report(LineWriter errors, Exception error)
    {
        switch (error)
        {
            case InterruptedException interrupted:
                errors.Line($"sstreams: {interrupted.Message}");
                return interrupted.ExitCode;
            case OutputLostException { ReaderWentAway: true }:
                return ExitCode.BrokenPipe;
            case OutputLostException:
                errors.Problem(error.Message);
                return ExitCode.Failed;
            case UnusableInputException or SsPolicyException or SsMetadataException:
                errors.Problem(error.Message);
                return ExitCode.Usage;
            default:
                errors.Problem($"this is a mistake of the program, not yours: {Describe(error)}. Please report it, with the command line.");
                return ExitCode.Internal;
        }
    }

    // What it is and where it came from, which is what a report needs; the message is left out, for it may quote a value of the policy.
    private static string Describe(Exception error)
    {
        var method = new StackTrace(error).GetFrames().Select(static frame => frame.GetMethod())
            .FirstOrDefault(static method => method?.DeclaringType?.FullName?.StartsWith("SecureStreams.", StringComparison.Ordinal) is true);
        return method is null ? error.GetType().Name : $"{error.GetType().Name} in {method.DeclaringType!.FullName}.{method.Name}";
    }
}
