using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>One side of a TLS connection ends while the other still sends: nothing that comes is lost, and the end arrives.</summary>
public class TlsOneSideTests
{
    private const int Turns = 200;
    private const int Records = 200;
    private const int RecordBytes = 700;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_end_that_meets_what_arrives_disturbs_neither()
    {
        for (var turn = 0; turn < Turns; turn++)
        {
            var (left, right) = await PairAsync();
            await using var client = left;
            await using var server = right;
            var ending = Task.CompletedTask;
            var arriving = Task.Run(() => ReadAsync(client), Token);
            var ended = Task.Run(() => ReadAsync(server), Token);
            for (var record = 0; record < Records; record++)
            {
                if (record == Records / 2)
                    ending = Task.Run(client.ShutdownAsync, Token);
                await server.WriteAsync(new byte[RecordBytes], Token);
            }

            await ending;
            await server.ShutdownAsync();
            Assert.Equal(Records * RecordBytes, await arriving);
            Assert.Equal(0, await ended);
        }
    }

    private static async Task<int> ReadAsync(OrderedTlsStream stream)
    {
        var buffer = new byte[4096];
        var total = 0;
        while (await stream.ReadAsync(buffer, Token) is > 0 and var count)
            total += count;
        return total;
    }

    private static async Task<(OrderedTlsStream Client, OrderedTlsStream Server)> PairAsync()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint($"\0ss-test-{Guid.NewGuid():N}"));
        listener.Listen();
        var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await near.ConnectAsync(listener.LocalEndPoint!, Token);
        var far = await listener.AcceptAsync(Token);
        var client = Wrap(near);
        var server = Wrap(far);
        var accepting = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestPki.Good }, Token);
        await client.AuthenticateAsClientAsync(Trusting(), Token);
        await accepting;
        client.BeginTurns();
        server.BeginTurns();
        return (client, server);
    }

    private static SslClientAuthenticationOptions Trusting() => new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { TestPki.Root }, RevocationMode = X509RevocationMode.NoCheck },
    };

    private static OrderedTlsStream Wrap(Socket socket) => new(new CountingStream(new NetworkStream(socket, ownsSocket: true), TimeProvider.System));
}
