using System.Globalization;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A context whose one streamtype <c>x</c> leads to a port of 127.0.0.1.</summary>
internal sealed class PeerStreams : IAsyncDisposable
{
    private PeerStreams(LocalContext context, TestLog log) => (Context, Log) = (context, log);

    public LocalContext Context { get; }

    public TestLog Log { get; }

    /// <summary>Makes one.</summary>
    /// <param name="port">The peer's.</param>
    /// <param name="protocol">h1 or h2.</param>
    /// <param name="tls">Whether it speaks TLS.</param>
    /// <param name="url">The policy's <c>http_url</c>.</param>
    /// <param name="more">Further members of the streamtype.</param>
    /// <param name="others">Further streamtypes.</param>
    public static PeerStreams Open(int port, string protocol, bool tls, string url, string more = "", string others = "")
    {
        var log = new TestLog();
        var policy = $$"""
            {
              "retry": [{ "soon": { "backoff": [100, 200], "conceal": 2, "jitterpc": 0 } }],
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "test", "stack": ["root"] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "{{protocol}}", "http_url": "{{url}}",
                "retry": "soon"{{(tls ? ", \"tls\": true, \"tls_trust_store\": \"test\"" : "")}}{{(more.Length > 0 ? ", " + more : "")}} }{{(others.Length > 0 ? ", " + others : "")}} }]
            }
            """;
        return new PeerStreams(SsContext.FromJson(policy, new() { LoggerFactory = log }), log);
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Log.AssertClean();
        Log.Dispose();
    }
}
