using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Raw;
using SecureStreams.Server.Routing;
using SecureStreams.Server.Tls;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Tests.Transports;
using SecureStreams.Tests.Transports.Raw;
using SecureStreams.Transports;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Tests.Raw;

/// <summary>A connection that was accepted, and its transport at the seam; the client is the test's.</summary>
internal sealed class RawServerRig : IContractRig, ITransportFactory
{
    private readonly TaskCompletionSource<AcceptedSocket> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServerBench _bench;
    private readonly Dialer _dialer = new(new SsPlatform());
    private readonly LinkContext _links;
    private readonly ServerTls _tls;
    private readonly ListenSocket _listening;
    private readonly bool _secured;
    private Socket? _client;

    private RawServerRig(string kind)
    {
        _secured = kind == "tls";
        var where = kind == "unix" ? $"+@ss-test-{Guid.NewGuid():N}" : "127.0.0.1";
        _bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"{where}\", \"half_open_ms\": 0, {ServerBench.Tls} }}");
        Policy = _bench.Context.FindPolicy("srv")!;
        _links = new LinkContext(new SsPlatform(), _dialer);
        _tls = new ServerTls(() => Policy, _bench.Blobs, TimeProvider.System, NullLogger.Instance);
        _listening = ListenSocket.Bind(() => Policy, new SsPlatform(), NullLogger.Instance);
        _listening.Start(_accepted.SetResult);
    }

    public ITransportFactory Factory => this;

    public StreamTypePolicy Policy { get; }

    /// <summary>Whether the next transport is of a client that speaks no TLS where it should.</summary>
    public bool IsBroken { get; set; }

    public static async Task<RawServerRig> StartAsync(string kind)
    {
        var rig = new RawServerRig(kind);
        var to = rig._listening.EndPoints[0];
        rig._client = new Socket(to.AddressFamily, SocketType.Stream, to.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await rig._client.ConnectAsync(to);
        await rig._accepted.Task.OrFail(static () => "The connection is not accepted.");
        return rig;
    }

    public void RenewConnections()
    {
        // It shares none.
    }

    public StreamTransport Create(TransportSetup setup) => new RawServerTransport(_links, setup, _accepted.Task.Result, _secured || IsBroken ? new ServerTlsHosts(_tls, new RouteTable(), TimeProvider.System) : null, secured: null);

    public async Task<IContractPeer> NextPeerAsync()
    {
        Stream stream = new NetworkStream(_client!, ownsSocket: true);
        if (_secured && !IsBroken)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(_bench.Authority.Certificate);
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy }).OrFail(static () => "The handshake does not end.");
            stream = secured;
        }

        return new RawPeer(_client!, stream);
    }

    public Task PlayDueAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _listening.StopAsync(takeWaiting: false);
        _tls.Dispose();
        _dialer.Dispose();
        await _bench.DisposeAsync();
    }
}
