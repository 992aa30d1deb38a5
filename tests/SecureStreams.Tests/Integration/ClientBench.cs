using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Tests.Integration;

/// <summary>A context on a manual clock and real sockets, for clients over one streamtype, <c>api</c>. Disposing it checks that no timer is left and nothing was logged as an error.</summary>
internal sealed class ClientBench : IAsyncDisposable
{
    /// <param name="attributes">The streamtype's, JSON members without braces; <c>retry</c> may name <c>twice</c>: 1 s, 2 s.</param>
    /// <param name="sockets">Other sockets than the real ones.</param>
    /// <param name="document">More members of the document, with a comma at the end.</param>
    public ClientBench(string attributes, SsSocketDialer? sockets = null, string document = "") =>
        Context = SsContext.FromJson(Policy(attributes, document), new() { Platform = new SsPlatform { Time = Clock, Sockets = sockets ?? SsSocketDialer.System }, LoggerFactory = Log });

    public ClientBench(KestrelTestHost host, string kind, string more = "")
        : this(Attributes(host, kind, more))
    {
    }

    public ManualTimeProvider Clock { get; } = new();

    public TestLog Log { get; } = new();

    public LocalContext Context { get; }

    public static string Policy(string attributes, string document = "") => $$"""
        {
          {{document}}
          "retry": [{ "twice": { "backoff": [1000, 2000], "conceal": 2, "jitterpc": 0 } }],
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }, { "other": "{{TestCertificates.OtherAuthority.Base64Der}}" }],
          "trust_stores": [{ "name": "main", "stack": ["root"] }, { "name": "wrong", "stack": ["other"] }],
          "s": [{ "api": { {{attributes}} } }]
        }
        """;

    /// <summary>The attributes that lead to one of the ports of a Kestrel host: h1, h1s, h2, h2c.</summary>
    public static string Attributes(KestrelTestHost host, string kind, string more = "", string trust = "main")
    {
        var (port, protocol, tls) = kind switch
        {
            "h1" => (host.HttpPort, "h1", false),
            "h1s" => (host.HttpsPort, "h1", true),
            "h2" => (host.H2Port, "h2", true),
            _ => (host.H2cPort, "h2", false),
        };
        return At(port, $"\"protocol\": \"{protocol}\", \"tls\": {(tls ? $"true, \"tls_trust_store\": \"{trust}\"" : "false")}{(more.Length > 0 ? ", " + more : "")}");
    }

    public static string At(int port, string more = "\"protocol\": \"h1\"") => $"\"endpoint\": \"127.0.0.1\", \"port\": {port}, {more}";

    public async Task PassAsync(TimeSpan delay)
    {
        await Clock.WaitForArmedExactlyAsync(delay);
        Clock.Advance(delay);
    }

    /// <summary>The cause that a failed request carries, and its detail.</summary>
    public (SsCause Cause, SsDetail Detail) CauseOf(HttpRequestException error)
    {
        var cause = Assert.IsType<SsCauseException>(error.InnerException).Cause;
        return (cause, Context.Diagnostics.Find(cause.DetailId)!);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        await Clock.WaitForNoTimersAsync();
        Log.AssertClean();
        Log.Dispose();
    }
}
