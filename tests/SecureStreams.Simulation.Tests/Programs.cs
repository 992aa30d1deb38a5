using System.Diagnostics;
using SecureStreams.Simulation.Engine;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Simulation.Tests;

/// <summary>Runs the simulation as a process of its own.</summary>
internal static class Programs
{
    // The host that runs this process's own runtime, so that no search path decides.
    private static readonly string DotNet = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(DotNet, [typeof(SimWorld).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static async Task<(int Status, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Task.WhenAll(output, errors, process.WaitForExitAsync()).OrFail(() => "The simulation does not end.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output, await errors);
    }
}
