using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>Real servers of every kind on loopback, which many tests talk to: each protocol plain and under TLS of several sorts, and places where nobody is well.</summary>
public sealed class TrialTown : IAsyncDisposable
{
    /// <summary>The protocols that are tried.</summary>
    public static readonly string[] Protocols = ["h1", "h2", "ws", "raw"];

    private readonly Dictionary<string, SsListener> _listeners = [];
    private readonly List<IDisposable> _things = [];
    private readonly LocalContext _servers;
    private readonly TcpListener _mute = new(IPAddress.Loopback, 0);
    private readonly DeadPort _dead = new();

    public TrialTown()
    {
        Authority = Keep(TestAuthority.Create());
        Stranger = Keep(TestAuthority.Create("Stranger"));
        var own = Own = Keep(Authority.Issue("127.0.0.1"));
        var other = Keep(Authority.Issue("other.test"));
        var old = Keep(Authority.IssueExpired("127.0.0.1"));
        var types = string.Join(",\n", Protocols.SelectMany(one => new[]
        {
            Type(one, "", ""), Type(one, "2", ""), Type(one, "tls", Tls("own")), Type(one, "tls2", Tls("own")), Type(one, "other", Tls("other")), Type(one, "old", Tls("old")),
            Type(one, "auth", Tls("own") + ", \"tls_client_auth\": \"require\", \"tls_client_trust_store\": \"main\""),
        }).Append(Type("ws", "chat", ", \"ws_subprotocol\": \"chat\"")));
        _servers = SsContext.FromJson(
            $$"""
            {
              "certs": [{ "ca": "{{Authority.Base64Der}}" }, {{Pair("own", own)}}, {{Pair("other", other)}}, {{Pair("old", old)}}], "trust_stores": [{ "main": ["ca"] }],
              "s": [{ {{types}} }]
            }
            """,
            new SsContextOptions().UseServer());
        foreach (var name in _servers.Policy.StreamTypes.Keys)
            _listeners[name] = _servers.CreateListener(name, static _ => new WebSocket.MessageEchoHandler());
        _mute.Start();
    }

    internal TestAuthority Authority { get; }

    internal TestAuthority Stranger { get; }

    /// <summary>What the servers that are well show.</summary>
    internal TestCertificate Own { get; }

    /// <summary>Where nobody listens.</summary>
    public int Dead => _dead.Number;

    /// <summary>Where connections are taken and nothing is ever said.</summary>
    public int Mute => ((IPEndPoint)_mute.LocalEndpoint).Port;

    /// <summary>Where a server is: a protocol and what is special about it.</summary>
    public int Port(string server) => ServerBench.PortOf(_listeners[server]);

    /// <summary>The policy of clients: <c>t</c>, which is tried, and <c>by</c>, which is not.</summary>
    public string Clients(string protocol, bool tls)
    {
        var server = Port(protocol + (tls ? "tls" : ""));
        return $$"""
            {
              "governor_rate": 60000, "governor_burst": 10000, "governor_in_flight": 10000,
              "retry": [{ "r": { "backoff": [20], "conceal": 65535, "jitterpc": 0 } }, { "once": { "backoff": [1], "conceal": 1, "jitterpc": 0 } }],
              "certs": [{ "ca": "{{Authority.Base64Der}}" }, { "strange": "{{Stranger.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }, { "stranger": ["strange"] }],
              "s": [{
                "t": { "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": {{server}}, "retry": "r", {{Of(protocol)}}{{(tls ? ", \"tls\": true, \"tls_trust_store\": \"main\"" : "")}} },
                "spare": { "protocol": "raw", "endpoint": "spare.test", "port": 1 },
                "by": { "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": {{Port(protocol + "2")}}, "retry": "r", {{Of(protocol)}} }
              }]
            }
            """;
    }

    /// <summary>What a client says beside protocol and place.</summary>
    public static string Of(string protocol) => protocol switch
    {
        "ws" => "\"ws_binary\": true, \"http_url\": \"/echo\"",
        "raw" => "\"half_open_ms\": 60000",
        _ => "\"http_method\": \"POST\", \"http_url\": \"/echo\"",
    };

    internal static string Pair(string name, TestCertificate certificate) => $$"""{ "{{name}}": "{{certificate.Base64Der}}" }, { "{{name}}key": "{{ServerBench.KeyOf(certificate)}}" }""";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _servers.DisposeAsync().AsTask().OrFail(static () => "The servers do not end.");
        _mute.Dispose();
        _dead.Dispose();
        foreach (var thing in _things)
            thing.Dispose();
    }

    private static string Tls(string certificate) => $", \"tls\": true, \"server_cert\": \"{certificate}\", \"server_key\": \"{certificate}key\"";

    private static string Type(string protocol, string kind, string more) =>
        $$""" "{{protocol}}{{kind}}": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1"{{(protocol == "raw" ? "" : ", \"http_url\": \"/echo\"")}}{{more}} }""";

    private T Keep<T>(T thing)
        where T : IDisposable
    {
        _things.Add(thing);
        return thing;
    }
}
