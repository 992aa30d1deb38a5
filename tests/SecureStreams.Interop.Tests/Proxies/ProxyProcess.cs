using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Proxies;

/// <summary>A real proxy as a child process: microsocks (SOCKS5) or tinyproxy (HTTP CONNECT), on a free port of 127.0.0.1, with files in a temporary directory of its own.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    public const string User = "ann";
    public const string Password = "open-sesame";

    // The kernel and a foreign process offer no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private int _disposed;

    private ProxyProcess(Process process, DirectoryInfo directory, int port)
    {
        _process = process;
        _directory = directory;
        Port = port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Starts one; ends the test when the program is not there.</summary>
    /// <param name="kind">socks or http.</param>
    /// <param name="authenticates">Whether it wants <see cref="User"/> and <see cref="Password"/>.</param>
    /// <param name="onlyPort">tinyproxy: the one port that it connects to; null for any.</param>
    public static async Task<ProxyProcess> StartAsync(string kind, bool authenticates = false, int? onlyPort = null)
    {
        var name = kind == "socks" ? "microsocks" : "tinyproxy";
        var program = Peer.Find(name) ?? throw Peer.Absent(name, name);

        // A port found free may be taken before the proxy binds it; then, and only then, another is picked.
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("ss-proxy-");
            var port = FreePort.Next();
            string[] arguments = kind == "socks" ? Socks(port, authenticates) : await HttpAsync(directory.FullName, port, authenticates, onlyPort);
            var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var proxy = new ProxyProcess(process, directory, port);
            if (await proxy.IsUpAsync())
                return proxy;
            await proxy.DisposeAsync();
            if (attempt == 3)
                throw new CheckFailedException($"{name} did not start.");
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

    private static string[] Socks(int port, bool authenticates)
    {
        string[] common = ["-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)];
        return authenticates ? [.. common, "-u", User, "-P", Password] : common;
    }

    private static async Task<string[]> HttpAsync(string directory, int port, bool authenticates, int? onlyPort)
    {
        var path = Path.Combine(directory, "tinyproxy.conf");
        var text = $"""
            Port {port}
            Listen 127.0.0.1
            Timeout 60
            MaxClients 20
            LogFile "{directory}/tinyproxy.log"
            LogLevel Info
            {(authenticates ? $"BasicAuth {User} {Password}" : "")}
            {(onlyPort is { } only ? $"ConnectPort {only}" : "")}

            """;
        await File.WriteAllTextAsync(path, text);
        return ["-d", "-c", path];
    }

    private async Task<bool> IsUpAsync()
    {
        for (var poll = 0; poll < Polls; poll++)
        {
            if (_process.HasExited)
                return false;
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, Port);
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
