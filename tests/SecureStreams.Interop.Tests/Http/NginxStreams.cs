using System.Globalization;
using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A context whose one streamtype <c>x</c> leads to an nginx.</summary>
internal sealed class NginxStreams : IAsyncDisposable
{
    private NginxStreams(LocalContext context, TestLog log)
    {
        Context = context;
        Log = log;
    }

    public LocalContext Context { get; }

    public TestLog Log { get; }

    /// <summary>Makes one.</summary>
    /// <param name="ports">Where nginx listens.</param>
    /// <param name="kind">http, https or h2.</param>
    /// <param name="url">The policy's <c>http_url</c>.</param>
    /// <param name="more">Further members of the streamtype, each with a comma before it.</param>
    /// <param name="port">Another port than that of <paramref name="kind"/>.</param>
    /// <param name="endpoint">The policy's <c>endpoint</c>.</param>
    public static NginxStreams Open(NginxPorts ports, string kind, string url, string more = "", int? port = null, string endpoint = "localhost")
    {
        var at = port ?? kind switch { "http" => ports.Http, "https" => ports.Https, _ => ports.H2 };
        var tls = kind == "http" ? "" : """, "tls": true, "tls_trust_store": "test" """;
        var log = new TestLog();
        var policy = $$"""
            {
              "retry": [{ "soon": { "backoff": [100, 200], "conceal": 2, "jitterpc": 0 } }],
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "test", "stack": ["root"] }],
              "s": [{ "x": {
                "endpoint": "{{endpoint}}", "port": {{at.ToString(CultureInfo.InvariantCulture)}}, "protocol": "{{(kind == "h2" ? "h2" : "h1")}}",
                "http_url": "{{url}}", "retry": "soon"{{tls}}{{more}} } }]
            }
            """;
        return new NginxStreams(SsContext.FromJson(policy, new() { LoggerFactory = log }), log);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Log.AssertClean();
        Log.Dispose();
    }
}
