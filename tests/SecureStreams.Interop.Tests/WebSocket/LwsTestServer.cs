using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>The test server of libwebsockets: <c>dumb-increment-protocol</c> counts aloud, <c>lws-mirror-protocol</c> sends text back to all who speak it.</summary>
internal sealed class LwsTestServer : IAsyncDisposable
{
    private const string Program = "libwebsockets-test-server";

    // A foreign process offers no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;

    private LwsTestServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts one; ends the test where it is not installed.</summary>
    public static async Task<LwsTestServer> StartAsync()
    {
        var program = Peer.Find(Program) ?? throw Peer.Absent(Program, "libwebsockets-test-server");

        // A port found free may be taken before the server binds it; then others are picked.
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Next();
            var process = Process.Start(new ProcessStartInfo(program, ["-p", port.ToString(CultureInfo.InvariantCulture), "-i", "lo"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var server = new LwsTestServer(process, port);
            if (await server.IsUpAsync())
                return server;
            await server.DisposeAsync();
            if (attempt == 3)
                throw new CheckFailedException($"{Program} does not come up.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        for (var poll = 0; poll < Polls && !_process.HasExited; poll++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", Port);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(PollEvery, TimeProvider.System);
            }
        }

        return false;
    }
}
