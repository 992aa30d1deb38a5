using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports;
using SecureStreams.Transports;

namespace SecureStreams.Server.Tests.Http.Contract;

/// <summary>A request whose head has come, and its transport at the seam; the client is the test's.</summary>
internal sealed class HttpServerRig : IContractRig, ITransportFactory
{
    private readonly ServerBench _bench = new("\"srv\": { \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\" }");
    private readonly TaskCompletionSource<HttpExchange> _requests = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _app;
    private HttpContractClient? _client;
    private HttpExchange? _asked;
    private StreamTransport? _transport;

    private HttpServerRig(WebApplication app)
    {
        _app = app;
        Policy = _bench.Context.FindPolicy("srv")!;
    }

    public ITransportFactory Factory => this;

    public StreamTypePolicy Policy { get; }

    public static async Task<HttpServerRig> StartAsync(string version)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = version == "2" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        var app = builder.Build();
        var rig = new HttpServerRig(app);
        app.Run(async http =>
        {
            rig._requests.TrySetResult(new HttpExchange(http.Features));
            await rig._over.Task;
            if (rig._transport is { } transport)
                await transport.Completion;
        });
        await app.StartAsync();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        rig._client = version == "2" ? new Http2ContractClient(socket) : new Http1ContractClient(socket);
        await rig._client.AskAsync();
        rig._asked = await rig._requests.Task.OrFail(static () => "No request came.");
        return rig;
    }

    /// <summary>The client goes, and the web server has noticed.</summary>
    public async Task BreakRequestAsync()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = _asked!.Lifetime.RequestAborted.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), gone);
        await _client!.BreakAsync();
        await gone.Task.OrFail(static () => "The web server does not notice.");
    }

    public void RenewConnections()
    {
        // It shares none.
    }

    public StreamTransport Create(TransportSetup setup) => _transport = new HttpServerTransport(setup with { Sink = new EndWitness(setup.Sink, _over) }, _asked!);

    public Task<IContractPeer> NextPeerAsync() => Task.FromResult<IContractPeer>(_client!);

    public Task PlayDueAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        if (_client is not null)
            await _client.DisposeAsync();
        await _app.DisposeAsync();
        await _bench.DisposeAsync();
    }
}
