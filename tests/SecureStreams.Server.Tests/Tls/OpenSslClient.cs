using System.Diagnostics;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Tls;

/// <summary><c>openssl s_client</c>, which sends a line and is to see it come back.</summary>
internal static class OpenSslClient
{
    /// <summary>Connects, says something, and ends.</summary>
    /// <returns>The line that came back, null where the connection ended without; and what the program said of it.</returns>
    public static async Task<(string? Echo, string Said)> TalkAsync(int port, params string[] arguments)
    {
        var program = Peer.Find("openssl") ?? throw Peer.Absent("openssl", "openssl");
        using var process = Process.Start(new ProcessStartInfo(program, ["s_client", "-connect", $"127.0.0.1:{port}", "-quiet", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var said = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteLineAsync("hello from openssl");
            await process.StandardInput.FlushAsync();
            var echo = await process.StandardOutput.ReadLineAsync().OrFail(static () => "openssl neither echoes nor ends.");
            process.Kill();
            return (echo, await said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
