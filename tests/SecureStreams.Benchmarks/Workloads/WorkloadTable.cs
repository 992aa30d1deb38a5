namespace SecureStreams.Benchmarks.Workloads;

/// <summary>All of them.</summary>
internal static class WorkloadTable
{
    public const int SmallBytes = 64;
    public const int LargeBytes = 16 * 1024;
    public const int BodyBytes = 128;

    /// <summary>The one at a given rate, whose figures have a table of their own.</summary>
    public const string Crowd = "H";

    // In flight of a bulk echo: 64 of these are a mebibyte.
    private const int BulkWindow = 64;

    // What libmosquitto has under way when nobody says otherwise.
    private const int MosquittoInFlight = 20;

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("A1", "ws ping-pong 64 B", WorkloadKind.Echo, WorkloadWay.WebSocket, SmallBytes, 1, 12_000, 45_008, 13_365),
        new("A2", "ws echo 64 B, 64 under way", WorkloadKind.Echo, WorkloadWay.WebSocket, SmallBytes, 64, 40_000, 75_651, 123_491),
        new("A3", "ws echo 16 KiB, 16 under way", WorkloadKind.Echo, WorkloadWay.WebSocket, LargeBytes, 16, 8_000, 5_485, 6_735),
        new("A4", "ws one-way 64 B", WorkloadKind.OneWay, WorkloadWay.WebSocket, SmallBytes, 1, 100_000, 147_466, 146_539),
        new("A5", "ws one-way 16 KiB", WorkloadKind.OneWay, WorkloadWay.WebSocket, LargeBytes, 1, 15_000, 6_442, 7_799),
        new("A6", "wss ping-pong 64 B", WorkloadKind.Echo, WorkloadWay.WebSocketTls, SmallBytes, 1, 8_000, 32_979, 11_334),
        new("A7", "wss echo 64 B, 64 under way", WorkloadKind.Echo, WorkloadWay.WebSocketTls, SmallBytes, 64, 25_000, 47_885, 79_824),
        new("A8", "wss echo 16 KiB, 16 under way", WorkloadKind.Echo, WorkloadWay.WebSocketTls, LargeBytes, 16, 5_000, 3_593, 5_252),
        new("A9", "wss one-way 64 B", WorkloadKind.OneWay, WorkloadWay.WebSocketTls, SmallBytes, 1, 80_000, 117_104, 162_653),
        new("A10", "wss one-way 16 KiB", WorkloadKind.OneWay, WorkloadWay.WebSocketTls, LargeBytes, 1, 12_000, 5_204, 7_239),
        new("B1", "raw ping-pong 64 B", WorkloadKind.Echo, WorkloadWay.Raw, SmallBytes, 1, 12_000, 47_265, 14_849),
        new("B2", "raw bulk echo", WorkloadKind.BulkEcho, WorkloadWay.Raw, LargeBytes, BulkWindow, 60, 207, 145),
        new("B3", "raw bulk one-way", WorkloadKind.BulkOneWay, WorkloadWay.Raw, LargeBytes, 1, 200, 362, 215),
        new("B4", "raw over TLS ping-pong 64 B", WorkloadKind.Echo, WorkloadWay.RawTls, SmallBytes, 1, 10_000, 34_518, 9_420),
        new("B5", "raw over TLS bulk one-way", WorkloadKind.BulkOneWay, WorkloadWay.RawTls, LargeBytes, 1, 100, 181, 221),
        new("C1", "h1 GET 128 B, kept connection (lws: a new one each)", WorkloadKind.Get, WorkloadWay.Http1, BodyBytes, 1, 12_000, 8_679, 7_937),
        new("C1N", "h1 GET 128 B, a new connection each", WorkloadKind.Get, WorkloadWay.Http1, BodyBytes, 1, 3_000, 8_679, 7_937) { Closes = true },
        new("C3", "h1 GET over TLS, kept connection (lws: a new one each)", WorkloadKind.Get, WorkloadWay.Http1Tls, BodyBytes, 1, 8_000, 594, 640),
        new("C3N", "h1 GET over TLS, a new connection each", WorkloadKind.Get, WorkloadWay.Http1Tls, BodyBytes, 1, 400, 594, 640) { Closes = true },
        new("C4", "h2 GET, one at a time", WorkloadKind.Get, WorkloadWay.Http2Tls, BodyBytes, 1, 5_000, 8_347, 8_031),
        new("C5", "h2 GET, 20 at a time", WorkloadKind.Get, WorkloadWay.Http2Tls, BodyBytes, 20, 12_000, 7_863, 13_617),
        new("C6", "h2 GET, 100 at a time", WorkloadKind.Get, WorkloadWay.Http2Tls, BodyBytes, 100, 15_000, null, 13_146),
        new("D1", "mqtt publish 64 B, QoS 0; beside mosquitto_pub -l", WorkloadKind.Publish, WorkloadWay.Mqtt, SmallBytes, 1, 200_000, 163_999, 298_426),
        new("D1Q1", "mqtt publish 64 B, QoS 1, 20 under way; beside mosquitto_pub -l", WorkloadKind.Publish, WorkloadWay.Mqtt, SmallBytes, MosquittoInFlight, 60_000, null, null) { Qos = 1 },
        new("D2", "mqtt publish 64 B, QoS 1, one at a time; beside mosquitto_pub --repeat", WorkloadKind.PublishInTurn, WorkloadWay.Mqtt, SmallBytes, 1, 15_000, 27_853, 15_456) { Qos = 1 },
        new("D3", "mqtt publish and receive back 64 B, QoS 0, one at a time; beside a bare socket", WorkloadKind.Echo, WorkloadWay.Mqtt, SmallBytes, 1, 15_000, 41_095, 42_833),
        new("D4", "mqtt receive 64 B, QoS 0; beside mosquitto_sub", WorkloadKind.Receive, WorkloadWay.Mqtt, SmallBytes, 1, 80_000, null, null),
        new(Crowd, "ws 64 B on 1000 connections, each every 100 ms, 10 s", WorkloadKind.Crowd, WorkloadWay.WebSocket, SmallBytes, 1000, 100_000, 9_907, 9_994),
    ];

    /// <summary>The one of that identifier, in any case of letters.</summary>
    public static Workload? Find(string id) => All.FirstOrDefault(one => one.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
