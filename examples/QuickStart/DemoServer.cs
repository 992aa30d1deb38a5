using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QuickStart;

/// <summary>
/// A TLS server on free loopback ports with a certificate made for this run: one for h1, h2 and WebSocket, one for raw connections; and a port where nobody listens.
/// </summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Socket _deadSocket;

    private DemoServer(WebApplication app, X509Certificate2 certificate, X509Certificate2 other)
    {
        _app = app;
        CertificateBase64 = Convert.ToBase64String(certificate.RawData);
        OtherCertificateBase64 = Convert.ToBase64String(other.RawData);

        // In the order of the Listen calls below.
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address).Port).ToArray();
        (Port, RawPort) = (ports[0], ports[1]);

        // Bound but not listening: connecting there is refused, and nobody else can take the port meanwhile.
        _deadSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _deadSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public string CertificateBase64 { get; }

    public string OtherCertificateBase64 { get; }

    public int Port { get; }

    public int RawPort { get; }

    public int DeadPort => ((IPEndPoint)_deadSocket.LocalEndPoint!).Port;

    public static async Task<DemoServer> StartAsync()
    {
        var certificate = MakeCertificate("localhost");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            });
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.UseHttps(certificate);
                listen.Run(Greeter.GreetAsync);
            });
        });

        var app = builder.Build();
        app.UseWebSockets();
        app.Run(Greeter.GreetAsync);
        await app.StartAsync();
        using var other = MakeCertificate("somewhere.else");
        return new DemoServer(app, certificate, other);
    }

    public async ValueTask DisposeAsync()
    {
        _deadSocket.Dispose();
        await _app.DisposeAsync();
    }

    private static X509Certificate2 MakeCertificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
