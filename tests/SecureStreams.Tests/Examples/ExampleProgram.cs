using System.Diagnostics;
using System.Reflection;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tests.Examples;

/// <summary>Runs a built example to its end, as a process of its own.</summary>
internal static class ExampleProgram
{
    // The host that runs this process's own runtime, so that no search path decides.
    private static readonly string DotNet = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public static async Task<(int Status, string Output, string Errors)> RunAsync(string name, params string[] arguments)
    {
        using var process = Start(name, arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await Task.WhenAll(process.WaitForExitAsync(), output, errors).OrFail(() => $"{name} does not end.");
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>Starts one that does not end by itself; the caller ends it.</summary>
    public static Process Start(string name, params string[] arguments)
    {
        var assembly = typeof(ExampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(one => one.Key == "ExampleUnderTest" && Path.GetFileNameWithoutExtension(one.Value) == name).Value!;
        return Process.Start(new ProcessStartInfo(DotNet, ["exec", assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
