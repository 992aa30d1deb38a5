using Microsoft.Extensions.Logging;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Network.Identities;
using SecureStreams.Policy;
using SecureStreams.Telemetry;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;
using SecureStreams.Transports.Mqtt;
using SecureStreams.Transports.Raw;
using SecureStreams.Transports.WebSocket;

namespace SecureStreams.Transports;

/// <summary>Picks the transport of a streamtype's protocol; owns the one dialer that all protocols share.</summary>
internal sealed class TransportFactory : ITransportFactory
{
    private readonly Dialer _dialer;
    private readonly HttpTransportFactory _http;
    private readonly LinkContext _links;
    private readonly MqttTransportFactory _mqtt;
    private readonly WebSocketTransportFactory _webSocket;

    public TransportFactory(SsPlatform platform, ILoggerFactory loggerFactory, ISsBlobStore blobs, SsInstruments? instruments = null, Func<string, StreamTypePolicy?>? findPolicy = null, string? stateFolder = null, SsDiagnostics? diagnostics = null, SsFaultInjector? faults = null)
    {
        _dialer = new Dialer(platform, instruments, blobs, new GuardedLogger(loggerFactory.CreateLogger("SecureStreams.Network"))) { Faults = faults };
        _http = new HttpTransportFactory(platform, _dialer, loggerFactory) { Blobs = blobs, FindPolicy = findPolicy, StateFolder = stateFolder };
        _links = new LinkContext(platform, _dialer);
        _webSocket = new WebSocketTransportFactory(_links, _http);
        _mqtt = new MqttTransportFactory(_links, platform, blobs, new GuardedLogger(loggerFactory.CreateLogger("SecureStreams.Mqtt")), instruments ?? SsInstruments.Shared, stateFolder) { Diagnostics = diagnostics };
    }

    /// <summary>What this side shows of itself where it is a client.</summary>
    public ClientIdentities Identities => _dialer.Identities;

    /// <summary>The transports of h1 and h2, with the connections they share.</summary>
    public HttpTransportFactory Http => _http;

    public StreamTransport Create(TransportSetup setup) => setup.Policy.Protocol switch
    {
        WireProtocol.H1 or WireProtocol.H2 or WireProtocol.H3 => _http.Create(setup),
        WireProtocol.WebSocket => _webSocket.Create(setup),
        WireProtocol.Mqtt => _mqtt.Create(setup),
        WireProtocol.Raw => new RawTransport(_links, setup),
        _ => throw new System.Diagnostics.UnreachableException($"Protocol {setup.Policy.Protocol} has no transport."),
    };

    public void RenewConnections() => _http.RenewConnections();

    public async ValueTask DisposeAsync()
    {
        await _mqtt.DisposeAsync().ConfigureAwait(false);
        await _http.DisposeAsync().ConfigureAwait(false);
        _dialer.Dispose();
    }
}
