namespace SecureStreams.Benchmarks.Workloads;

/// <summary>Something that is measured, on both sides alike. Identifiers are those under which libwebsockets was measured with the same work.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Title">In words.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Way">Over which protocol.</param>
/// <param name="Bytes">Payload of one message.</param>
/// <param name="Outstanding">How many are under way at a time; at a given rate, how many connections there are.</param>
/// <param name="Operations">Operations of one measurement, which takes about half a second on one core; 10 s at a given rate.</param>
/// <param name="LibwebsocketsOneCore">What libwebsockets reached on one core, operations a second; null where it was not measured.</param>
/// <param name="LibwebsocketsFree">The same with both processors.</param>
internal sealed record Workload(
    string Id, string Title, WorkloadKind Kind, WorkloadWay Way, int Bytes, int Outstanding, int Operations, double? LibwebsocketsOneCore, double? LibwebsocketsFree)
{
    /// <summary>Bytes of an operation of the bulk kinds.</summary>
    public const int Megabyte = 1_000_000;

    /// <summary>The QoS of messages over MQTT.</summary>
    public int Qos { get; init; }

    /// <summary>Whether the server ends the connection with each answer, so that each operation makes one of its own.</summary>
    public bool Closes { get; init; }

    /// <summary>Whether it has no messages.</summary>
    public bool IsBulk => Kind is WorkloadKind.BulkEcho or WorkloadKind.BulkOneWay;

    /// <summary>Whether it goes over TLS.</summary>
    public bool IsSecure => Way is WorkloadWay.Http1Tls or WorkloadWay.Http2Tls or WorkloadWay.WebSocketTls or WorkloadWay.RawTls;

    /// <summary>What an operation carries, one direction only.</summary>
    public int BytesOfOperation => IsBulk ? Megabyte : Bytes;
}
