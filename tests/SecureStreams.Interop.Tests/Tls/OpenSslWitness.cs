using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary><c>openssl s_server</c>, which takes certificates, versions and ciphers that the platform does not, and sends the alerts that the platform does not send.</summary>
internal sealed class OpenSslWitness : IWitness
{
    // What the application's bytes begin with: its payload itself, a request of HTTP/1.1 or of WebSocket, and the preface behind which the headers of HTTP/2 are not to be read as text.
    private static readonly string[] Payloads = ["PAYLOAD", "POST ", "GET ", "PRI * HTTP/2.0"];

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _paid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private OpenSslWitness(Process process, DirectoryInfo directory, int port)
    {
        _process = process;
        _directory = directory;
        Port = port;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _listening.TrySetResult();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public Task Greeted => _over.Task;

    /// <summary>Completed when it has printed a line of what the application sent.</summary>
    public Task Paid => _paid.Task;

    /// <summary>Everything it printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts one that ends by itself after <paramref name="connections"/>.</summary>
    /// <param name="certificate">Its own, with the key.</param>
    /// <param name="chain">What it sends along, whatever that is.</param>
    /// <param name="arguments">More of them.</param>
    /// <param name="clientAuthorities">Whose certificates clients have to show; null for none.</param>
    /// <param name="connections">How many it serves.</param>
    /// <param name="staple">An OCSP answer that it sends to clients that ask for one; null for none.</param>
    public static async Task<OpenSslWitness> StartAsync(
        X509Certificate2 certificate, X509Certificate2[] chain, string[] arguments, X509Certificate2[]? clientAuthorities = null, int connections = 1, byte[]? staple = null)
    {
        var program = Peer.Find("openssl") ?? throw Peer.Absent("openssl", "openssl");
        var directory = Directory.CreateTempSubdirectory("ss-openssl-");
        File.WriteAllText(Path.Combine(directory.FullName, "own.pem"), certificate.ExportCertificatePem() + "\n" + KeyPem(certificate) + "\n");
        File.WriteAllText(Path.Combine(directory.FullName, "chain.pem"), string.Concat(chain.Select(static one => one.ExportCertificatePem() + "\n")));
        var port = FreePort.Next();
        List<string> all =
        [
            "s_server", "-accept", $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", "-cert", Path.Combine(directory.FullName, "own.pem"),
            "-naccept", connections.ToString(CultureInfo.InvariantCulture), .. arguments,
        ];
        if (chain.Length > 0)
            all.AddRange(["-cert_chain", Path.Combine(directory.FullName, "chain.pem")]);
        if (staple is not null)
        {
            File.WriteAllBytes(Path.Combine(directory.FullName, "staple.der"), staple);
            all.AddRange(["-status_file", Path.Combine(directory.FullName, "staple.der")]);
        }

        if (clientAuthorities is not null)
        {
            File.WriteAllText(Path.Combine(directory.FullName, "clients.pem"), string.Concat(clientAuthorities.Select(static one => one.ExportCertificatePem() + "\n")));
            all.AddRange(["-Verify", "3", "-verify_return_error", "-CAfile", Path.Combine(directory.FullName, "clients.pem")]);
        }

        var process = Process.Start(new ProcessStartInfo(program, all) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var server = new OpenSslWitness(process, directory, port);
        await server._listening.Task.OrFail(() => $"openssl does not come up:\n{server.Said}");
        if (!process.HasExited)
            return server;
        var said = server.Said;
        await server.DisposeAsync();
        throw new CheckFailedException($"openssl did not start:\n{said}");
    }

    public async Task<string> PayloadAsync()
    {
        // It prints what it decrypts, and ends with its last connection.
        await _process.WaitForExitAsync().OrFail(() => $"openssl does not end:\n{Said}");
        return IsPayload(Said) ? Said : "";
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static bool IsPayload(string text) => Payloads.Any(one => text.Contains(one, StringComparison.Ordinal));

    private static string KeyPem(X509Certificate2 certificate) =>
        certificate.GetECDsaPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Append(line).Append('\n');
        if (IsPayload(line))
            _paid.TrySetResult();
        if (line.StartsWith("ACCEPT", StringComparison.Ordinal))
            _listening.TrySetResult();
        else
            _over.TrySetResult();
    }
}
