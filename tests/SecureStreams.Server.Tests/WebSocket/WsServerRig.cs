using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Server.WebSocket;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>An upgrade that was asked for, and the connection that comes of it at the seam; the client is the test's.</summary>
internal sealed class WsServerRig : IContractRig, ITransportFactory
{
    private readonly ServerBench _bench = new("\"srv\": { \"server\": true, \"protocol\": \"ws\", \"endpoint\": \"127.0.0.1\", \"ws_binary\": true }");
    private readonly TaskCompletionSource<HttpExchange> _requests = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dialer _dialer = new(new SsPlatform());
    private readonly LinkContext _links;
    private readonly WebApplication _app;
    private Socket? _socket;
    private HttpExchange? _asked;
    private Task<WsPeer>? _answer;
    private StreamTransport? _transport;

    private WsServerRig(WebApplication app)
    {
        _app = app;
        _links = new LinkContext(new SsPlatform(), _dialer);
        Policy = _bench.Context.FindPolicy("srv")!;
    }

    public ITransportFactory Factory => this;

    public StreamTypePolicy Policy { get; }

    public static async Task<WsServerRig> StartAsync(string version)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = version == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var rig = new WsServerRig(app);
        app.Run(async http =>
        {
            rig._requests.TrySetResult(new HttpExchange(http.Features));
            await rig._over.Task;
            if (rig._transport is { } transport)
                await transport.Completion;
        });
        await app.StartAsync();
        rig._answer = WsPeer.AskAsync(rig.ConnectAsync, version, "/", "", null);
        rig._asked = await rig._requests.Task.OrFail(static () => "No request came.");
        return rig;
    }

    /// <summary>Somebody else upgrades the request first, so that it cannot be again.</summary>
    public async Task BreakUpgradeAsync() => await _asked!.UpgradeAsync();

    public void RenewConnections()
    {
        // It shares none.
    }

    public StreamTransport Create(TransportSetup setup)
    {
        Assert.Null(new WebSocketServerPlan(Policy).Judge(_asked!.WebSocket()!, isUpgradable: true, out var agreement));
        _transport = new WebSocketServerConnection(_links, setup with { Sink = new EndWitness(setup.Sink, _over) }, _asked, agreement!, []);
        return _transport;
    }

    public async Task<IContractPeer> NextPeerAsync() => new WsContractPeer(_socket!, await _answer!);

    public Task PlayDueAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        _socket?.Dispose();
        try
        {
            if (_answer is not null)
                await (await _answer).DisposeAsync();
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            // Of a test that broke it.
        }

        await _app.DisposeAsync();
        _dialer.Dispose();
        await _bench.DisposeAsync();
    }

    private async Task<Stream> ConnectAsync()
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _socket.ConnectAsync(IPAddress.Loopback, new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        return new NetworkStream(_socket, ownsSocket: true);
    }
}
