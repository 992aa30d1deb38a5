using System.Diagnostics;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary>Programs of other people, as users have them. A test that needs one that is not there is skipped, and says so.</summary>
internal static class OtherProgram
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit status, its output (a character for each byte), and its standard error.</returns>
    public static async Task<(int Exit, string Output, string Said)> RunAsync(string name, byte[] input, params string[] arguments)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (program is null)
        {
            // As for the peers of other tests: a full run wants all of them.
            var reason = $"{name} is not installed (Debian package {(name == "node" ? "nodejs" : name)}; tests/run.sh installs it when it may).";
            if (Environment.GetEnvironmentVariable("SS_REQUIRE_PEERS") == "1")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var said = process.StandardError.ReadToEndAsync();
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync().OrFail(() => $"{name} does not end.");
            return (process.ExitCode, await output, await said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
