using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>A Kestrel whose every extended CONNECT a test plays, and transports that lead there. Time is the test's.</summary>
internal sealed class WsHttp2Bench : IContractRig
{
    private readonly WebApplication _app;
    private readonly bool _tls;
    private readonly TransportFactory _factory;
    private readonly Channel<WsHttp2Peer> _peers = Channel.CreateUnbounded<WsHttp2Peer>();

    private WsHttp2Bench(WebApplication app, bool tls)
    {
        _app = app;
        _tls = tls;
        _factory = new TransportFactory(new SsPlatform { Time = Clock }, Log, Blobs);
    }

    public int Port { get; private set; }

    public ManualTimeProvider Clock { get; } = new();

    public SsMemoryBlobStore Blobs { get; } = new();

    public TestLog Log { get; } = new();

    public ITransportFactory Factory => _factory;

    public StreamTypePolicy Policy { get; private set; } = null!;

    public static async Task<WsHttp2Bench> StartAsync(bool tls = false, string more = "")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (tls)
                    listen.UseHttps(TestCertificates.Server.Certificate);
            });
        });
        var app = builder.Build();
        var bench = new WsHttp2Bench(app, tls);
        app.Run(async http =>
        {
            var peer = new WsHttp2Peer(http);
            bench._peers.Writer.TryWrite(peer);
            await peer.PlayedAsync();
        });
        await app.StartAsync();
        bench.Port = BindingAddress.Parse(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        bench.Policy = bench.PolicyOf(more);
        return bench;
    }

    public StreamTypePolicy PolicyOf(string more) => HttpBench.Policy(
        $"\"endpoint\": \"127.0.0.1\", \"port\": {Port}, \"protocol\": \"ws\", \"ws_http_version\": \"2\", \"ws_binary\": true" +
        (_tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "") + (more.Length > 0 ? ", " + more : ""));

    public async Task<WsHttp2Peer> PeerAsync() => await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No request arrived.");

    public async Task<IContractPeer> NextPeerAsync() => await PeerAsync();

    public Task PlayDueAsync() => Task.CompletedTask;

    public TransportRun Start(StreamTypePolicy? policy = null)
    {
        var run = new TransportRun(policy ?? Policy);
        run.Start(Factory);
        return run;
    }

    public async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // The answer to a shutdown without grace.
        }

        await _app.DisposeAsync();
        await Clock.WaitForNoTimersAsync();
        Log.Dispose();
    }
}
