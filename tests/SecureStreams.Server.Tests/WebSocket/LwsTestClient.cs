using System.Diagnostics;
using System.Globalization;
using SecureStreams.Interop.Tests.Peers;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>libwebsockets' own test client, which opens a connection of each of its two protocols; killed at the end.</summary>
internal sealed class LwsTestClient : IAsyncDisposable
{
    private const string Program = "libwebsockets-test-client";

    private readonly List<string> _said = [];
    private readonly Process _process;

    private LwsTestClient(Process process) => _process = process;

    /// <summary>Starts it; ends the test where it is not installed.</summary>
    public static LwsTestClient Start(int port)
    {
        var program = Peer.Find(Program) ?? throw Peer.Absent(Program, "libwebsockets-test-server");
        var process = Process.Start(new ProcessStartInfo(program, ["127.0.0.1", $"--port={port.ToString(CultureInfo.InvariantCulture)}", "-d", "15"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var client = new LwsTestClient(process);
        process.OutputDataReceived += client.Hear;
        process.ErrorDataReceived += client.Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return client;
    }

    /// <summary>Waits until a line of its has <paramref name="text"/> in it.</summary>
    public Task SaysAsync(string text) => Poll.UntilAsync(
        () =>
        {
            lock (_said)
                return _said.Exists(line => line.Contains(text, StringComparison.Ordinal));
        },
        () =>
        {
            lock (_said)
                return $"The client did not say \"{text}\":\n{string.Join('\n', _said.TakeLast(30))}";
        });

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text)
            return;
        lock (_said)
            _said.Add(text);
    }
}
