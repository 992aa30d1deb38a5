using System.Diagnostics;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Programs;

/// <summary>A command of the system that is short and whose failure is a failure.</summary>
internal static class SystemCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>Its exit status and what it said.</returns>
    public static async Task<(int Status, string Output)> TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs it; a status other than zero is an exception.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (status, output) = await TryAsync(program, arguments);
        return status == 0 ? output : throw new CheckFailedException($"{program} {string.Join(' ', arguments)}: status {status}\n{output}");
    }
}
