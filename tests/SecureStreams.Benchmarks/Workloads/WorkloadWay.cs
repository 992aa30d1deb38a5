namespace SecureStreams.Benchmarks.Workloads;

/// <summary>The protocol, and the port of the server that speaks it.</summary>
internal enum WorkloadWay
{
    Http1,
    Http1Tls,
    Http2Tls,
    WebSocket,
    WebSocketTls,
    Raw,
    RawTls,
    Mqtt,
}
