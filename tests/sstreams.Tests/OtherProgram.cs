using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary>Programs of other people, as users have them. A test that needs one that is not there is skipped, and says so.</summary>
internal static class OtherProgram
{
    /// <summary>Where one is; ends the test where it is not: skipped, or failed where a full run wants all of them.</summary>
    public static string Find(string name)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (program is null)
        {
            var package = name switch { "node" => "nodejs", "python3" => "python3-minimal", "script" => "bsdutils", _ => name };
            var reason = $"{name} is not installed (Debian package {package}; tests/run.sh installs it when it may).";
            if (Environment.GetEnvironmentVariable("SS_REQUIRE_PEERS") == "1")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return program;
    }

    /// <summary>Asks the port until somebody answers: a program of others cannot be awaited otherwise.</summary>
    public static async Task WaitForPortAsync(int port)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(since) < TestTimeouts.Unexpected)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit status, its output (a character for each byte), and its standard error.</returns>
    public static async Task<(int Exit, string Output, string Said)> RunAsync(string name, byte[] input, params string[] arguments)
    {
        var program = Find(name);
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
