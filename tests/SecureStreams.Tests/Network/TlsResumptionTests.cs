using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Time;
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

    [Fact]
    public async Task Resumed_session_is_judged_by_the_time_at_which_it_is_resumed()
    {
        const string host = "judged.test";
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ServeAsync(listener, connections: 3, TestPki.For(host));
        using var dialer = new Dialer(Dialing.Loopback with { Time = time });
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var store = TestPki.Store(TestPki.Root);

        var whole = await GreetAsync(dialer, port, store, host);
        Assert.True(await GreetAsync(dialer, port, store, host) < whole, "No session was resumed, so this test has nothing to judge.");
        time.Advance(TimeSpan.FromDays(40));
        var refused = await Dialing.FailAsync(dialer, Dialing.Tls(port, store, host: host));
        Assert.Equal(SsCauseCode.CertificateExpired, refused.Code);
        await server;
    }

    [Fact]
    public async Task Session_is_resumed_by_nobody_whose_trust_or_pins_differ_although_they_would_accept_the_server()
    {
        const string host = "apart.test";
        var certificate = TestPki.For(host);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = ServeAsync(listener, connections: 5, certificate);
        using var dialer = new Dialer(Dialing.Loopback);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var store = TestPki.Store(TestPki.Root);
        var pins = new TlsPins([TlsPins.HashOf(certificate)], anyOfChain: false);

        var whole = await GreetAsync(dialer, port, store, host);
        var wider = await GreetAsync(dialer, port, TestPki.Store(TestPki.Root, TestPki.OtherRoot), host);
        var pinned = await GreetAsync(dialer, port, store, host, pins);
        var pinnedAgain = await GreetAsync(dialer, port, store, host, pins);
        var resumed = await GreetAsync(dialer, port, store, host);
        await server;

        // A whole handshake has the certificate in it; lengths of signatures vary by some bytes.
        var limit = whole - certificate.RawData.Length / 2;
        Assert.True(wider > limit && pinned > limit && pinnedAgain > limit, $"{whole}, then {wider}, {pinned}, {pinnedAgain}: a session went where it must not.");
        Assert.True(resumed < limit, $"{whole}, then {resumed}: the owner resumed nothing, so this proves nothing.");
    }

    private static async Task<long> GreetAsync(Dialer dialer, int port, TrustStorePolicy store, string host = Host, TlsPins? pins = null)
    {
        var target = Dialing.Tls(port, store, host: host);
        var connection = await dialer.DialAsync(target with { Tls = target.Tls! with { Options = target.Tls.Options with { Pins = pins } } }, Token);
        await using var stream = connection.Stream;

        // Reading is what takes in the ticket that TLS 1.3 servers send after the handshake.
        Assert.Equal('h', stream.ReadByte());
        return connection.Wire.BytesReceived;
    }

    private static async Task ServeAsync(TcpListener listener, int connections, X509Certificate2? certificate = null)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate ?? TestPki.ForResumption, [TestPki.Intermediate], offline: true),
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
