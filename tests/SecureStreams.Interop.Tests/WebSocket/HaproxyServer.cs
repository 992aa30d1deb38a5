using System.Diagnostics;
using System.Net.Sockets;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>haproxy in front of a WebSocket server that speaks HTTP/1.1 in the clear: itself reachable in the clear and over TLS, by HTTP/1.1 and by HTTP/2 (RFC 8441).</summary>
internal sealed class HaproxyServer : IAsyncDisposable
{
    // A foreign process offers no event to await; 20 ms x 1500 bounds a hang, it does not decide a test.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private const int Polls = 1500;

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private readonly Task<string> _errors;

    private HaproxyServer(Process process, DirectoryInfo directory, int[] ports)
    {
        _process = process;
        _directory = directory;
        _errors = process.StandardError.ReadToEndAsync();
        (Http, Https, H2, H2c) = (ports[0], ports[1], ports[2], ports[3]);
    }

    /// <summary>The port of HTTP/1.1 in the clear.</summary>
    public int Http { get; }

    /// <summary>The port of HTTP/1.1 over TLS.</summary>
    public int Https { get; }

    /// <summary>The port of HTTP/2 over TLS.</summary>
    public int H2 { get; }

    /// <summary>The port of HTTP/2 in the clear.</summary>
    public int H2c { get; }

    /// <summary>The port of that name, for tests that are the same by each.</summary>
    public int PortOf(string name) => name switch
    {
        nameof(Http) => Http,
        nameof(Https) => Https,
        nameof(H2) => H2,
        nameof(H2c) => H2c,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such port."),
    };

    /// <summary>Starts one; ends the test where it is not installed.</summary>
    /// <param name="upstreamPort">Where the server behind it listens.</param>
    public static async Task<HaproxyServer> StartAsync(int upstreamPort)
    {
        var program = Peer.Find("haproxy") ?? throw Peer.Absent("haproxy", "haproxy");

        // A port found free may be taken before haproxy binds it; then others are picked.
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("ss-haproxy-");
            var ports = FreePort.Next(4);
            var (certificate, key) = TestCertificates.Server.WritePem(directory.FullName, "server");
            var pem = Path.Combine(directory.FullName, "both.pem");
            await File.WriteAllTextAsync(pem, await File.ReadAllTextAsync(certificate) + await File.ReadAllTextAsync(key));
            var configuration = Path.Combine(directory.FullName, "haproxy.cfg");
            await File.WriteAllTextAsync(configuration, $$"""
                global
                    maxconn 200
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                    timeout tunnel 60s
                frontend all
                    bind 127.0.0.1:{{ports[0]}}
                    bind 127.0.0.1:{{ports[1]}} ssl crt {{pem}} alpn http/1.1
                    bind 127.0.0.1:{{ports[2]}} ssl crt {{pem}} alpn h2
                    bind 127.0.0.1:{{ports[3]}} proto h2
                    default_backend ws
                backend ws
                    server one 127.0.0.1:{{upstreamPort}}

                """);
            var process = Process.Start(new ProcessStartInfo(program, ["-db", "-f", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            var server = new HaproxyServer(process, directory, ports);
            if (await server.IsUpAsync())
                return server;
            await server.DisposeAsync();
            if (attempt == 3)
                throw new CheckFailedException($"haproxy does not come up:\n{await server._errors}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _errors;
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<bool> IsUpAsync()
    {
        // All ports are bound before any is served.
        for (var poll = 0; poll < Polls && !_process.HasExited; poll++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", Http);
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
