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
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports.Http;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports;

/// <summary>The HTTP transport against a Kestrel whose every request is played by the suite.</summary>
internal sealed class HttpContractRig : IContractRig
{
    private readonly WebApplication _app;
    private readonly HttpBench _bench = new();
    private readonly Channel<HttpContractPeer> _peers = Channel.CreateUnbounded<HttpContractPeer>();

    private HttpContractRig(WebApplication app) => _app = app;

    public ITransportFactory Factory => _bench.Factory;

    public StreamTypePolicy Policy { get; private set; } = null!;

    public static async Task<HttpContractRig> StartAsync(string protocol, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        var app = builder.Build();
        var rig = new HttpContractRig(app);
        app.Run(async http =>
        {
            var peer = new HttpContractPeer(http);
            rig._peers.Writer.TryWrite(peer);
            await peer.PlayedAsync();
        });
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        rig.Policy = HttpBench.Policy(port, protocol, method: "POST");
        return rig;
    }

    public async Task<IContractPeer> NextPeerAsync() =>
        await _peers.Reader.ReadAsync().AsTask().OrFail(static () => "No request arrived.");

    public Task PlayDueAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
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
    }
}
