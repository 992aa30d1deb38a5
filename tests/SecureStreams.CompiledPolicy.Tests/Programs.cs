using System.Diagnostics;
using System.Reflection;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Runs programs as processes of their own.</summary>
internal static class Programs
{
    /// <summary>The probe as it was built with these tests.</summary>
    public static string Probe { get; } = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "ProbeUnderTest").Value!;

    /// <summary>The host that runs this process's own runtime, so that no search path decides.</summary>
    public static string DotNet { get; } = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Status, string Output, string Errors)> RunAsync(string program, TimeSpan? bound, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Task.WhenAll(output, errors, process.WaitForExitAsync()).OrFail(() => $"{program} does not end.", bound);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output, await errors);
    }

    /// <summary>The lines of a probe that ran well.</summary>
    public static async Task<string[]> RunProbeAsync(string program, params string[] arguments)
    {
        var (status, output, errors) = await RunAsync(program, null, arguments);
        Assert.True(status == 0, $"Exit status {status}. Standard error has:\n{errors}");
        return output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}
