using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests;

/// <summary>A context that serves on loopback. Disposing it checks that callbacks kept their contract and that nothing is left behind.</summary>
internal sealed class ServerBench : IAsyncDisposable
{
    private readonly LeakCheck _leaks = new();
    private readonly List<IDisposable> _things = [];

    /// <param name="streamTypes">The streamtypes, as JSON members.</param>
    /// <param name="clock">The clock; null for the real one.</param>
    /// <param name="sections">Further sections of the policy, each with a comma behind it.</param>
    /// <param name="blobs">The blobs; null for a store in memory.</param>
    /// <param name="platform">The rest of the world.</param>
    /// <param name="more">Further entries of <c>certs</c>.</param>
    /// <param name="stores">Further trust stores.</param>
    /// <param name="meters">Where its meter is made; null for that of the process.</param>
    public ServerBench(string streamTypes, ManualTimeProvider? clock = null, string sections = "", SsMemoryBlobStore? blobs = null, SsPlatform? platform = null, string more = "", string stores = "", IMeterFactory? meters = null)
    {
        Authority = Keep(TestAuthority.Create());
        Certificate = Keep(Authority.Issue("localhost", "127.0.0.1"));
        Clock = clock;
        Blobs = blobs ?? new SsMemoryBlobStore();
        var world = platform ?? new SsPlatform();
        Policy = $$"""
            {
              {{sections}}
              "certs": [{ "ca": "{{Authority.Base64Der}}" }, { "own": "{{Certificate.Base64Der}}" }, { "ownkey": "{{KeyOf(Certificate)}}" }{{(more.Length > 0 ? ", " + more : "")}}],
              "trust_stores": [{ "main": ["ca"] }{{(stores.Length > 0 ? ", " + stores : "")}}],
              "s": [{ {{streamTypes}} }]
            }
            """;
        Context = SsContext.FromJson(Policy, new SsContextOptions
        {
            LoggerFactory = Log,
            Blobs = Blobs,
            MeterFactory = meters,
            Platform = clock is null ? world : world with { Time = clock },
        }.UseServer());
    }

    /// <summary>What a listener states to use the bench's certificate.</summary>
    public const string Tls = "\"tls\": true, \"server_cert\": \"own\", \"server_key\": \"ownkey\"";

    public TestAuthority Authority { get; }

    public TestCertificate Certificate { get; }

    public ManualTimeProvider? Clock { get; }

    public SsMemoryBlobStore Blobs { get; }

    public string Policy { get; }

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    /// <summary>The handlers of accepted streams, in the order in which they were asked for.</summary>
    public ConcurrentQueue<RecordingHandler> Accepted { get; } = new();

    /// <summary>The accepted streams, in the same order.</summary>
    public ConcurrentQueue<SecureStream> Streams { get; } = new();

    public static string KeyOf(TestCertificate certificate) => Convert.ToBase64String(certificate.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKey());

    public static int PortOf(SsListener listener) => ((IPEndPoint)listener.EndPoints[0]).Port;

    public T Keep<T>(T thing)
        where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }

    /// <summary>Listens with recording handlers.</summary>
    public SsListener Listen(string streamType = "srv", Action<RecordingHandler>? setup = null, bool keep = true) => Context.CreateListener(streamType, stream =>
    {
        var handler = new RecordingHandler { KeepPayload = keep };
        setup?.Invoke(handler);
        Streams.Enqueue(stream);
        Accepted.Enqueue(handler);
        return handler;
    });

    /// <summary>Listens with handlers that send back what they receive.</summary>
    public SsListener Echo(string streamType = "srv") => Context.CreateListener(streamType, static _ => new EchoHandler());

    /// <summary>A plain connection to a listener.</summary>
    public static async Task<Socket> ConnectAsync(SsListener listener)
    {
        var to = listener.EndPoints[0];
        var socket = new Socket(to.AddressFamily, SocketType.Stream, to.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(to is IPEndPoint { Address: var address, Port: var port } && address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, port) : to);
        return socket;
    }

    /// <summary>A connection with TLS on top.</summary>
    public static async Task<SslStream> ConnectTlsAsync(SsListener listener, TestAuthority trust, X509Certificate2? own = null, string host = "localhost")
    {
        var stream = new SslStream(new NetworkStream(await ConnectAsync(listener), ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificates = own is null ? null : [own],
                CertificateChainPolicy = TrustOf(trust),
            }).OrFail(static () => "The handshake does not end.");
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static X509ChainPolicy TrustOf(TestAuthority authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority.Certificate);
        return policy;
    }

    /// <summary>The handler of the next accepted stream.</summary>
    public async Task<RecordingHandler> AcceptedAsync(int count = 1)
    {
        await Poll.UntilAsync(() => Accepted.Count >= count, () => $"{Accepted.Count} of {count} streams were accepted.");
        return Accepted.ElementAt(count - 1);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync().AsTask().OrFail(static () => "Disposing the context does not end.");
        foreach (var handler in Accepted)
            handler.AssertCleanAndDestroyed();
        Clock?.AssertNoArmedTimers();
        Log.AssertClean();
        Log.Dispose();
        foreach (var thing in _things)
            thing.Dispose();
        await _leaks.AssertNoNewSocketsAsync();
    }
}
