using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public class RawEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_come_back_until_the_sender_ends_its_side(bool tls)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var (client, stream) = await OpenAsync(tls ? host.RawTlsPort : host.RawPort, tls);
        using (client)
        {
            await using (stream)
            {
                var bytes = DeterministicBytes.Make(100_000, 3);
                var sending = SendAsync();
                Assert.Equal(bytes, await ReadToEndAsync(stream));
                await sending;

                async Task SendAsync()
                {
                    await stream.WriteAsync(bytes, Cancellation);
                    await EndAsync(client, stream);
                }
            }
        }

        Assert.Equal((1, 100_000L), ((tls ? host.RawTls : host.Raw).Established, (tls ? host.RawTls : host.Raw).Bytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_line_says_what_is_wanted(bool tls)
    {
        await using var host = await KestrelTestHost.StartAsync();
        var port = tls ? host.RawCommandTlsPort : host.RawCommandPort;
        var bytes = DeterministicBytes.Make(50_000, 5);

        Assert.Equal(bytes, await AskAsync("bytes 50000 5\n"));
        var hash = $"{DeterministicBytes.Sha256(50_000, 5)} 50000";
        Assert.Equal(hash, Encoding.ASCII.GetString(await AskAsync("hash 0\n", bytes)));
        Assert.Equal("..." + hash, Encoding.ASCII.GetString(await AskAsync("drain 10000000\n", bytes)));
        Assert.Equal("no such command\n", Encoding.ASCII.GetString(await AskAsync("else\n")));

        async Task<byte[]> AskAsync(string command, byte[]? body = null)
        {
            var (client, stream) = await OpenAsync(port, tls);
            using (client)
            {
                await using (stream)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(command), Cancellation);
                    await stream.WriteAsync(body ?? [], Cancellation);
                    await EndAsync(client, stream);
                    return await ReadToEndAsync(stream);
                }
            }
        }
    }

    [Fact]
    public async Task Ticks_come_until_the_client_goes()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var (client, stream) = await OpenAsync(host.RawCommandPort, tls: false);
        using (client)
        {
            await stream.WriteAsync("tick 1\n"u8.ToArray(), Cancellation);
            var bytes = new byte[800];
            await stream.ReadExactlyAsync(bytes, Cancellation).AsTask().OrFail(static () => "No ticks come.");
            Assert.Equal(DeterministicBytes.Make(800), bytes);
        }
    }

    private static async Task<(Socket Client, Stream Stream)> OpenAsync(int port, bool tls)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync("127.0.0.1", port, Cancellation);
        var wire = new NetworkStream(client);
        if (!tls)
            return (client, wire);
        var secure = new SslStream(wire, leaveInnerStreamOpen: false);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(TestCertificates.Authority.Certificate);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy }, Cancellation);
        return (client, secure);
    }

    private static async Task EndAsync(Socket client, Stream stream)
    {
        if (stream is SslStream secure)
            await secure.ShutdownAsync();
        client.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancellation).OrFail(() => $"No end comes; {all.Length} bytes did.");
        return all.ToArray();
    }
}
