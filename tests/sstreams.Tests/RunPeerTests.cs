using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> against programs of others, started here on ports of their own.</summary>
public sealed class RunPeerTests
{
    [Fact]
    public async Task Openssl_gives_lines_back_reversed()
    {
        var openssl = OtherProgram.Find("openssl");
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(directory["cert.pem"], TestCertificates.Server.Certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(directory["key.pem"], TestCertificates.Server.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var port = FreePort.Next();
        using var server = Start(openssl, directory.Path, "s_server", "-accept", $"127.0.0.1:{port}", "-cert", "cert.pem", "-key", "key.pem", "-rev", "-quiet");
        try
        {
            await OtherProgram.WaitForPortAsync(port);
            using var policy = new TestPolicy(RunRawTests.Raw("reverse", port, RunRawTests.Tls));
            await using var tool = policy.Start(readOutput: false, "reverse", "--data", "-", "--trace");
            var buffer = new byte[7];
            await tool.Input.WriteAsync("stream\n"u8.ToArray(), TestContext.Current.CancellationToken);
            await tool.Input.FlushAsync(TestContext.Current.CancellationToken);
            await tool.Output.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().OrFail(() => tool.Errors);
            Assert.Equal("maerts\n"u8.ToArray(), buffer);

            // The end of this side ends its session, and it ends the connection.
            tool.Input.Close();
            (await tool.WaitAsync()).Exits(0);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Python_counts_what_it_is_sent()
    {
        var python = OtherProgram.Find("python3");
        using var directory = new TestDirectory();
        await File.WriteAllTextAsync(directory["peer.py"], """
            import socketserver, sys

            class Peer(socketserver.BaseRequestHandler):
                def handle(self):
                    total = 0
                    while data := self.request.recv(65536):
                        total += len(data)
                    self.request.sendall(b"%d bytes" % total)

            class Server(socketserver.ThreadingTCPServer):
                allow_reuse_address = True

            Server(("127.0.0.1", int(sys.argv[1])), Peer).serve_forever()
            """, TestContext.Current.CancellationToken);
        var port = FreePort.Next();
        using var server = Start(python, directory.Path, "peer.py", port.ToString(CultureInfo.InvariantCulture));
        try
        {
            await OtherProgram.WaitForPortAsync(port);
            using var policy = new TestPolicy(RunRawTests.Raw("count", port));
            (await policy.RunAsync(new byte[1_234_567], "count", "--data", "-")).Is(0, "1234567 bytes", "");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static Process Start(string program, string directory, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
}
