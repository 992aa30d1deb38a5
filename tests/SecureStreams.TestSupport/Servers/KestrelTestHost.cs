using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.TestSupport.Servers;

/// <summary>
/// A real server in this process, on free ports of 127.0.0.1: one for each way to speak HTTP, where it upgrades to WebSocket as well, and some for bare bytes. What it answers
/// is <see cref="TestEndpoints"/> and <see cref="RawEndpoints"/>; what arrived, it counts and records.
/// </summary>
public sealed class KestrelTestHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, Func<SeenRequest, bool>> _waiters = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _disposed;

    private KestrelTestHost(WebApplication app, KestrelTestHostOptions options)
    {
        _app = app;
        Options = options;
        Stopping = _stopping.Token;
    }

    /// <summary>What it was started with.</summary>
    public KestrelTestHostOptions Options { get; }

    /// <summary>The port of HTTP/1.1 in the clear.</summary>
    public int HttpPort { get; private set; }

    /// <summary>The port of HTTP/1.1 over TLS.</summary>
    public int HttpsPort { get; private set; }

    /// <summary>The port of HTTP/2 over TLS; ALPN offers h2 only.</summary>
    public int H2Port { get; private set; }

    /// <summary>The port of HTTP/2 in the clear, with prior knowledge.</summary>
    public int H2cPort { get; private set; }

    /// <summary>The port of TLS where ALPN offers h2 and http/1.1.</summary>
    public int EitherPort { get; private set; }

    /// <summary>The port that sends bytes back as they come.</summary>
    public int RawPort { get; private set; }

    /// <summary>The same over TLS.</summary>
    public int RawTlsPort { get; private set; }

    /// <summary>The port of bare bytes where the first line says what is wanted, see <see cref="RawEndpoints"/>.</summary>
    public int RawCommandPort { get; private set; }

    /// <summary>The same over TLS.</summary>
    public int RawCommandTlsPort { get; private set; }

    /// <summary>Those of them that a <see cref="TestWire"/> leads to.</summary>
    public HostPorts Ports => new(HttpPort, HttpsPort, H2Port, H2cPort, RawPort, RawTlsPort, RawCommandPort, RawCommandTlsPort);

    /// <summary>What arrived at <see cref="HttpPort"/>.</summary>
    public ConnectionCounters Http { get; } = new();

    /// <summary>What arrived at <see cref="HttpsPort"/>.</summary>
    public ConnectionCounters Https { get; } = new();

    /// <summary>What arrived at <see cref="H2Port"/>.</summary>
    public ConnectionCounters H2 { get; } = new();

    /// <summary>What arrived at <see cref="H2cPort"/>.</summary>
    public ConnectionCounters H2c { get; } = new();

    /// <summary>What arrived at <see cref="EitherPort"/>.</summary>
    public ConnectionCounters Either { get; } = new();

    /// <summary>What arrived at <see cref="RawPort"/>.</summary>
    public ConnectionCounters Raw { get; } = new();

    /// <summary>What arrived at <see cref="RawTlsPort"/>.</summary>
    public ConnectionCounters RawTls { get; } = new();

    /// <summary>What arrived at <see cref="RawCommandPort"/>.</summary>
    public ConnectionCounters RawCommand { get; } = new();

    /// <summary>What arrived at <see cref="RawCommandTlsPort"/>.</summary>
    public ConnectionCounters RawCommandTls { get; } = new();

    /// <summary>The requests so far, in order of arrival.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    /// <summary>Cancelled when the host is being disposed: ends what hangs.</summary>
    internal CancellationToken Stopping { get; }

    /// <summary>Starts one.</summary>
    public static async Task<KestrelTestHost> StartAsync(KestrelTestHostOptions? options = null)
    {
        options ??= new KestrelTestHostOptions();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        if (options.Log is not null)
            builder.Services.AddSingleton(options.Log);

        // Filled in below: the listeners refer to the host's counters, and the host is made of the built application.
        KestrelTestHost? host = null;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
            Listen(kestrel, HttpProtocols.Http1, false, () => host!.Http);
            Listen(kestrel, HttpProtocols.Http1, true, () => host!.Https);
            Listen(kestrel, HttpProtocols.Http2, true, () => host!.H2);
            Listen(kestrel, HttpProtocols.Http2, false, () => host!.H2c);
            Listen(kestrel, HttpProtocols.Http1AndHttp2, true, () => host!.Either);
            Listen(kestrel, HttpProtocols.Http1, false, () => host!.Raw, connection => RawEndpoints.EchoAsync(host!, connection));
            Listen(kestrel, HttpProtocols.Http1, true, () => host!.RawTls, connection => RawEndpoints.EchoAsync(host!, connection));
            Listen(kestrel, HttpProtocols.Http1, false, () => host!.RawCommand, connection => RawEndpoints.CommandAsync(host!, connection));
            Listen(kestrel, HttpProtocols.Http1, true, () => host!.RawCommandTls, connection => RawEndpoints.CommandAsync(host!, connection));
        });

        var app = builder.Build();
        host = new KestrelTestHost(app, options);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Run(host.AnswerAsync);
        await app.StartAsync();

        // In the order of the Listen calls above.
        var ports = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(static address => BindingAddress.Parse(address).Port).ToArray();
        (host.HttpPort, host.HttpsPort, host.H2Port, host.H2cPort, host.EitherPort) = (ports[0], ports[1], ports[2], ports[3], ports[4]);
        (host.RawPort, host.RawTlsPort, host.RawCommandPort, host.RawCommandTlsPort) = (ports[5], ports[6], ports[7], ports[8]);
        return host;

        void Listen(KestrelServerOptions kestrel, HttpProtocols protocols, bool tls, Func<ConnectionCounters> counters, Func<ConnectionContext, Task>? raw = null) =>
            kestrel.Listen(options.Address, 0, listen =>
            {
                listen.Protocols = protocols;
                listen.Use(next => connection => CountAsync(connection, next, counters(), raw: true));
                if (tls)
                    listen.UseHttps(https => ConfigureTls(https, options));
                listen.Use(next => connection => CountAsync(connection, next, counters(), raw: false));
                if (raw is not null)
                    listen.Run(connection => ServeRawAsync(host!, connection, raw));
            });
    }

    /// <summary>Lets requests to <c>/gate/name</c> go on, those that wait and those to come.</summary>
    public void OpenGate(string name) => Gate(name).TrySetResult();

    /// <summary>Waits until a request arrived for which <paramref name="isWanted"/> holds; one that came before counts.</summary>
    public async Task<SeenRequest> WaitForRequestAsync(Func<SeenRequest, bool> isWanted)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters[met] = isWanted;
        try
        {
            if (_requests.FirstOrDefault(isWanted) is { } early)
                return early;
            await met.Task.OrFail(() => $"Waited for a request; these came: {string.Join("; ", _requests.Select(static r => $"{r.Method} {r.Target}"))}");
            return _requests.First(isWanted);
        }
        finally
        {
            _waiters.TryRemove(met, out _);
        }
    }

    /// <summary>Waits until a request for exactly this path and query arrived.</summary>
    public Task<SeenRequest> WaitForRequestAsync(string target) => WaitForRequestAsync(request => request.Target == target);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync();

        // No grace: a test that leaves a transfer behind does not want to wait for it.
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
        _stopping.Dispose();
    }

    internal TaskCompletionSource Gate(string name) =>
        _gates.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static void ConfigureTls(HttpsConnectionAdapterOptions https, KestrelTestHostOptions options)
    {
        https.ServerCertificate = options.Certificate.Certificate;
        https.ServerCertificateChain = new X509Certificate2Collection(options.Certificate.Intermediates);
        https.ClientCertificateMode = options.ClientCertificateMode;
        https.ClientCertificateValidation = static (_, _, _) => true;
        https.HandshakeTimeout = TestTimeouts.Unexpected;
    }

    private static async Task CountAsync(ConnectionContext connection, ConnectionDelegate next, ConnectionCounters counters, bool raw)
    {
        if (raw)
            counters.OnAccepted();
        else
            counters.OnEstablished();
        var transport = connection.Transport;
        try
        {
            connection.Transport = new Duplex(new CountingPipeReader(transport.Input, raw ? counters.OnRawBytes : counters.OnBytes), transport.Output);
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
            if (raw)
                counters.OnClosed();
        }
    }

    private static async Task ServeRawAsync(KestrelTestHost host, ConnectionContext connection, Func<ConnectionContext, Task> serve)
    {
        try
        {
            await serve(connection);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
            // The client went away, or the host is going: not an error of this server.
            connection.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var seen = new SeenRequest(
            request.Method,
            target,
            request.Protocol,
            context.Connection.LocalPort,
            context.Connection.Id,
            [.. request.Headers.Where(static field => field.Key[0] != ':').SelectMany(static field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")))]);
        _requests.Enqueue(seen);
        foreach (var (met, isWanted) in _waiters)
        {
            if (isWanted(seen))
                met.TrySetResult();
        }

        try
        {
            await TestEndpoints.AnswerAsync(this, context);
        }
        catch (Exception error) when ((error is IOException or OperationCanceledException) &&
            (context.RequestAborted.IsCancellationRequested || Stopping.IsCancellationRequested))
        {
            // The client went away, or the host is going: not an error of this server.
            context.Abort();
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
