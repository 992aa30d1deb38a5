using System.Diagnostics;
using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Http;

/// <summary>curl: what it got, and what it says of it.</summary>
internal static class Curl
{
    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit status, its output as text (one character a byte), and with <c>-v</c> its story.</returns>
    public static async Task<(int Exit, string Output, string Said)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] arguments)
    {
        var program = Peer.Find("curl") ?? throw Peer.Absent("curl", "curl");
        return Process.Start(new ProcessStartInfo(program, ["-sS", "--max-time", "60", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<(int Exit, string Output, string Said)> EndAsync(Process process, Func<string>? describe = null)
    {
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var said = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().OrFail(() => $"curl does not end. {describe?.Invoke()}");
            return (process.ExitCode, await output, await said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
