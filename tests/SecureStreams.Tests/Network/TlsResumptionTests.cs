using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public class TlsResumptionTests
{
    // A name of its own: the platform keeps sessions per process and name, and other tests run meanwhile.
    private const string Host = "resumed.test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resumed_session_is_judged_by_the_trust_of_the_one_who_resumes()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ServeAsync(listener, connections: 3);
        using var dialer = new Dialer(Dialing.Loopback);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var whole = await GreetAsync(dialer, port, TestPki.Store(TestPki.Root));
        var resumed = await GreetAsync(dialer, port, TestPki.Store(TestPki.Root));
        Assert.True(resumed < whole, $"The server sent {whole} bytes at first and {resumed} then: no session was resumed, so this test has nothing to judge.");
        var refused = await Dialing.FailAsync(dialer, Dialing.Tls(port, TestPki.Store(TestPki.OtherRoot), host: Host));
        Assert.Equal(SsCauseCode.CertificateUntrusted, refused.Code);
        await server;
    }

    private static async Task<long> GreetAsync(Dialer dialer, int port, TrustStorePolicy store)
    {
        var connection = await dialer.DialAsync(Dialing.Tls(port, store, host: Host), Token);
        await using var stream = connection.Stream;

        // Reading is what takes in the ticket that TLS 1.3 servers send after the handshake.
        Assert.Equal('h', stream.ReadByte());
        return connection.Wire.BytesReceived;
    }

    private static async Task ServeAsync(TcpListener listener, int connections)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(TestPki.ForResumption, [TestPki.Intermediate], offline: true),
        };
        for (var i = 0; i < connections; i++)
        {
            using var socket = await listener.AcceptSocketAsync(Token);
            await using var stream = new SslStream(new NetworkStream(socket));
            try
            {
                await stream.AuthenticateAsServerAsync(options, Token);
                await stream.WriteAsync("h"u8.ToArray(), Token);
                Assert.Equal(0, await stream.ReadAsync(new byte[1], Token));
            }
            catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The refused client leaves with an alert or at once.
            }
        }
    }
}
