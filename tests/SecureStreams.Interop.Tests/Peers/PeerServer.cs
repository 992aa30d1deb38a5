using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Peers;

/// <summary>A server of somebody else as a child process, in a temporary directory of its own, on a free port of 127.0.0.1. It is killed when it is disposed.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    // A foreign process offers no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private readonly StringBuilder _said;
    private int _disposed;

    private PeerServer(Process process, DirectoryInfo directory, int port, StringBuilder said) => (_process, _directory, Port, _said) = (process, directory, port, said);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts one, and waits until it listens.</summary>
    /// <param name="program">The path of the program.</param>
    /// <param name="arrange">Puts files into the directory, and gives the arguments for the port.</param>
    public static async Task<PeerServer> StartAsync(string program, Func<string, int, IEnumerable<string>> arrange)
    {
        // A port found free may be taken before the program binds it; then others are picked.
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("ss-peer-");
            var port = FreePort.Next();
            var said = new StringBuilder();
            var start = new ProcessStartInfo(program, arrange(directory.FullName, port)) { WorkingDirectory = directory.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
            var process = new Process { StartInfo = start };
            process.OutputDataReceived += Hear;
            process.ErrorDataReceived += Hear;
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var server = new PeerServer(process, directory, port, said);
            if (await server.IsUpAsync())
                return server;
            await server.DisposeAsync();
            if (attempt == 3)
                throw new CheckFailedException($"{program} did not start:\n{said}");

            void Hear(object sender, DataReceivedEventArgs line)
            {
                lock (said)
                    said.AppendLine(line.Data);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>Kills it outright, which resets or cuts its connections.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    private async Task<bool> IsUpAsync()
    {
        for (var poll = 0; poll < Polls && !_process.HasExited; poll++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", Port);
                return !_process.HasExited;
            }
            catch (SocketException)
            {
                await Task.Delay(PollEvery, TimeProvider.System);
            }
        }

        return false;
    }
}
