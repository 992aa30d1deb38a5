using System.Globalization;
using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Benchmarks.Http;

/// <summary>One stream that connects again whenever a transaction has ended.</summary>
internal sealed class StreamSide : IHttpGetSide
{
    private readonly LocalContext _context;
    private readonly RepeatingHandler _handler = new();
    private readonly SecureStream _stream;

    public StreamSide(int port, bool http2)
    {
        _context = SsContext.FromJson(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 20 } }],
              "s": [{ "get": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{(http2 ? "h2" : "h1")}}", "http_method": "GET", "http_url": "{{BenchServer.BodyPath}}", "retry": "default" } }]
            }
            """));
        _stream = _context.Create("get", _handler);
    }

    public string Name => "SecureStreams";

    public Task RunAsync(int transactions) => _handler.RunAsync(_stream, transactions);

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
