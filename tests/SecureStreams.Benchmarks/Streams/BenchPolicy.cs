using System.Globalization;
using SecureStreams.Benchmarks.Processes;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>The policy of a workload: what an application would write, nothing switched off.</summary>
internal static class BenchPolicy
{
    /// <summary>The streamtype.</summary>
    public const string StreamType = "bench";

    public static string Of(Workload workload, BenchPeer peer)
    {
        var protocol = workload.Way switch
        {
            WorkloadWay.Http1 or WorkloadWay.Http1Tls => $"\"h1\", \"http_method\": \"GET\", \"http_url\": \"{(workload.Closes ? BenchServer.ClosingPath : BenchServer.BodyPath)}\"",
            WorkloadWay.Http2Tls => $"\"h2\", \"http_method\": \"GET\", \"http_url\": \"{BenchServer.BodyPath}\"",
            WorkloadWay.WebSocket or WorkloadWay.WebSocketTls =>
                $"\"ws\", \"http_url\": \"{(workload.Kind == WorkloadKind.OneWay ? BenchServer.SinkPath : BenchServer.EchoPath)}\", \"ws_subprotocol\": \"\", \"ws_binary\": true",
            _ => "\"raw\"",
        };
        var tls = workload.IsSecure ? ", \"tls\": true, \"tls_trust_store\": \"bench\"" : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "retry": [{ "default": { "backoff": [1000, 2000, 3000], "conceal": 3, "jitterpc": 20 } }],
              "certs": [{ "bench": "{{peer.Authority}}" }],
              "trust_stores": [{ "name": "bench", "stack": ["bench"] }],
              "s": [{ "{{StreamType}}": { "endpoint": "127.0.0.1", "port": {{peer.PortOf(workload)}}, "protocol": {{protocol}}{{tls}}, "retry": "default" } }]
            }
            """);
    }
}
