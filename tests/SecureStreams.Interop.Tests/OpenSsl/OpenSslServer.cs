using System.Diagnostics;
using System.Globalization;
using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.OpenSsl;

/// <summary><c>openssl s_server</c> as a child process that sends each line back reversed, with its files in a temporary directory of its own.</summary>
internal sealed class OpenSslServer : IAsyncDisposable
{
    // The kernel and a foreign process offer no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private readonly StringBuilder _said = new();

    private OpenSslServer(Process process, DirectoryInfo directory, int port)
    {
        _process = process;
        _directory = directory;
        Port = port;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What it said so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="more">Further arguments.</param>
    public static async Task<OpenSslServer> StartAsync(params string[] more)
    {
        var program = Peer.Find("openssl") ?? throw Peer.Absent("openssl", "openssl");
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("ss-openssl-");
            var (certificate, key) = TestCertificates.Server.WritePem(directory.FullName, "server");
            var port = FreePort.Next();
            string[] arguments = ["s_server", "-accept", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-cert", certificate, "-key", key, "-rev", .. more];
            var server = new OpenSslServer(
                Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!, directory, port);
            if (await server.ListensAsync())
                return server;
            await server.DisposeAsync();
            if (attempt == 3)
                throw new CheckFailedException($"openssl s_server does not start: {server.Said}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>Waits until it says that it listens. A trial connection would be one that it serves.</summary>
    private async Task<bool> ListensAsync()
    {
        for (var poll = 0; poll < Polls && !_process.HasExited; poll++)
        {
            if (Said.Contains("ACCEPT", StringComparison.Ordinal) || IPGlobalListens())
                return true;
            await Task.Delay(PollEvery);
        }

        return false;
    }

    private bool IPGlobalListens() => System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(one => one.Port == Port);

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_said)
            _said.AppendLine(line.Data);
    }
}
