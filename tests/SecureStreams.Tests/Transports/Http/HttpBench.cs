using System.Text;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A factory with its dialer on loopback, and policies for it.</summary>
internal sealed class HttpBench : IAsyncDisposable
{
    private readonly Dialer _dialer;

    public HttpBench(SsPlatform? platform = null, SsSocketDialer? sockets = null, SsNameResolver? names = null)
    {
        platform ??= new SsPlatform { Time = Clock };
        platform = platform with { Sockets = sockets ?? platform.Sockets, Names = names ?? platform.Names };
        _dialer = new Dialer(platform);
        Factory = new HttpTransportFactory(platform, _dialer, Log) { Blobs = Blobs, FindPolicy = name => Model?.StreamTypes.GetValueOrDefault(name) };
    }

    public ManualTimeProvider Clock { get; } = new();

    public SsMemoryBlobStore Blobs { get; } = new();

    public TestLog Log { get; } = new();

    public HttpTransportFactory Factory { get; }

    /// <summary>Where streamtypes that others name are found.</summary>
    public PolicyModel? Model { get; set; }

    /// <summary>A streamtype of these attributes (JSON members without braces).</summary>
    public static StreamTypePolicy Policy(string attributes) => Load($"\"t\": {{ {attributes} }}").StreamTypes["t"];

    /// <summary>A policy of these streamtypes (JSON members without braces).</summary>
    public static PolicyModel Load(string streamTypes)
    {
        var json = $$"""
            {
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }, { "other": "{{TestCertificates.OtherAuthority.Base64Der}}" }],
              "trust_stores": [{ "name": "main", "stack": ["root"] }, { "name": "twin", "stack": ["root", "other"] }, { "name": "wrong", "stack": ["other"] }],
              "auth": [{ "name": "second", "blob": 1 }, { "name": "named", "blob_name": "my-token" }, { "name": "cloud", "type": "sigv4", "blob": 0 }],
              "s": [{ {{streamTypes}} }]
            }
            """;
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(json), "policy", new PolicyLoadOptions());
        return result.Model ?? throw new InvalidOperationException(string.Join("\n", result.Diagnostics));
    }

    /// <summary>A streamtype for one of the ports of a Kestrel host: h1, h1s, h2, h2c.</summary>
    public static StreamTypePolicy Policy(KestrelTestHost host, string kind, string url, string method = "GET", string more = "")
    {
        var (port, protocol, tls) = kind switch
        {
            "h1" => (host.HttpPort, "h1", false),
            "h1s" => (host.HttpsPort, "h1", true),
            "h2" => (host.H2Port, "h2", true),
            _ => (host.H2cPort, "h2", false),
        };
        return Policy(port, protocol, tls, url, method, more);
    }

    public static StreamTypePolicy Policy(int port, string protocol = "h1", bool tls = false, string url = "/", string method = "GET", string more = "") =>
        Policy($"\"endpoint\": \"127.0.0.1\", \"port\": {port}, \"protocol\": \"{protocol}\", \"http_method\": \"{method}\", \"http_url\": \"{url}\", " +
            $"\"tls\": {(tls ? "true, \"tls_trust_store\": \"main\"" : "false")}{(more.Length > 0 ? ", " + more : "")}");

    public TransportRun Start(StreamTypePolicy policy, Action<TransportRun>? setup = null, long? length = null, bool paused = false)
    {
        var run = new TransportRun(policy);
        setup?.Invoke(run);
        run.Start(Factory, length, paused);
        return run;
    }

    /// <summary>A transaction to its end; its cause of failure is in the result.</summary>
    public async Task<(TransportRun Run, TransportFailure? Failure)> RunAsync(StreamTypePolicy policy, Action<TransportRun>? setup = null, long? length = null)
    {
        var run = Start(policy, setup, length);
        return (run, await run.EndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Factory.DisposeAsync();
        await Clock.WaitForNoTimersAsync();
        _dialer.Dispose();
        Log.Dispose();
    }
}
