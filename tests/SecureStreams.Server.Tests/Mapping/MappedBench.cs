using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Mapping;

/// <summary>A web application on loopback, in the clear and over TLS, with streamtypes at its paths.</summary>
internal sealed class MappedBench : IAsyncDisposable
{
    private readonly TestAuthority _authority = TestAuthority.Create();
    private readonly TestCertificate _certificate;
    private readonly WebApplicationBuilder _builder = WebApplication.CreateSlimBuilder();
    private WebApplication? _app;

    /// <param name="streamTypes">The members of "s".</param>
    /// <param name="limits">Limits of the application's own.</param>
    public MappedBench(string streamTypes, Action<KestrelServerLimits>? limits = null)
    {
        _certificate = _authority.Issue("localhost", "127.0.0.1");
        _builder.Logging.ClearProviders();
        _builder.Logging.AddProvider(Log);
        _builder.WebHost.UseKestrelHttpsConfiguration();
        _builder.WebHost.ConfigureKestrel(kestrel =>
        {
            limits?.Invoke(kestrel.Limits);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate.Certificate));
        });
        _builder.Services.AddSecureStreams(options => options.PolicyJson = $$"""{ "s": [{ {{streamTypes}} }] }""");
    }

    public TestLog Log { get; } = new();

    public WebApplication App => _app ??= _builder.Build();

    public LocalContext Context => App.Services.GetRequiredService<LocalContext>();

    /// <summary>The handlers of accepted streams, in the order in which they were asked for.</summary>
    public ConcurrentQueue<RecordingHandler> Accepted { get; } = new();

    public Uri Plain => new(Addresses.First(static one => one.StartsWith("http:", StringComparison.Ordinal)));

    public Uri Secured => new(Addresses.First(static one => one.StartsWith("https:", StringComparison.Ordinal)));

    private ICollection<string> Addresses => App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    /// <summary>Maps with recording handlers.</summary>
    public SsMappedStream Map(string pattern, string streamType, Action<RecordingHandler>? setup = null) => App.MapSecureStream(pattern, streamType, _ =>
    {
        var handler = new RecordingHandler();
        setup?.Invoke(handler);
        Accepted.Enqueue(handler);
        return handler;
    });

    /// <summary>A client that trusts it.</summary>
    public HttpClient Client()
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new() { TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust, RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(_authority.Certificate);
        return new HttpClient(handler);
    }

    public async Task<RecordingHandler> AcceptedAsync(int count = 1)
    {
        await Poll.UntilAsync(() => Accepted.Count >= count, () => $"{Accepted.Count} of {count} streams were accepted.");
        return Accepted.ElementAt(count - 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        foreach (var handler in Accepted)
            handler.AssertCleanAndDestroyed();
        Log.AssertClean();
        Log.Dispose();
        _certificate.Dispose();
        _authority.Dispose();
    }
}
