using System.Globalization;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>A context whose one streamtype <c>x</c> leads to a WebSocket server on loopback.</summary>
internal sealed class WebSocketStreams : IAsyncDisposable
{
    private readonly TestLog _log = new();

    private WebSocketStreams(int port, string url, string more, string retry)
    {
        Context = SsContext.FromJson(
            $$"""
            {
              "retry": [{ "soon": { "backoff": [100], "conceal": 0, "jitterpc": 0{{retry}} } }],
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "test", "stack": ["root"] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "ws", "http_url": "{{url}}", "opportunistic": true, "retry": "soon"{{(more.Length > 0 ? ", " + more : "")}}
              } }]
            }
            """,
            new() { LoggerFactory = _log });
    }

    public LocalContext Context { get; }

    /// <summary>Makes one.</summary>
    /// <param name="port">Where the server listens.</param>
    /// <param name="url">Path and query.</param>
    /// <param name="more">Further members of the streamtype.</param>
    /// <param name="retry">Further members of its retry, each with a comma before it.</param>
    public static WebSocketStreams Open(int port, string url, string more = "", string retry = "") => new(port, url, more, retry);

    /// <summary>Errors in the log that have this text are meant.</summary>
    public void Allow(string text) => _log.Allow(text);

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        _log.AssertClean();
        _log.Dispose();
    }
}
