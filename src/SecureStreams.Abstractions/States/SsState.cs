namespace SecureStreams;

/// <summary>
/// The states of a stream. Names and numeric values are those of lws (<c>LWSSSCS_*</c>), because they travel on the proxy wire and stand in policies.
/// </summary>
/// <remarks>
/// Which state may follow which is <see cref="SsStateTable"/>. <see cref="Timeout"/>, <see cref="EventWaitCancelled"/>, <see cref="UpstreamLinkRetry"/> and
/// user states are notices: they are delivered like states but never replace the state the stream is in.
/// </remarks>
public enum SsState
{
    /// <summary>Before <see cref="Creating"/>: nothing has been delivered yet.</summary>
    None = 0,

    /// <summary>First callback of every stream, delivered before <see cref="SsContext.Create(string, SecureStreamHandler, SsStreamOptions?)"/> returns and before any connect.</summary>
    Creating = 1,

    /// <summary>A stream that had been <see cref="Connected"/> lost or finished its connection or transaction.</summary>
    Disconnected = 2,

    /// <summary>A connection attempt failed: names, TCP, TLS, a refused upgrade or redirect, 503/429, a drop before the response. A retry may follow.</summary>
    Unreachable = 3,

    /// <summary>Credentials could not be had or were refused.</summary>
    AuthFailed = 4,

    /// <summary>Usable: response headers arrived (HTTP), upgrade done (ws), TCP/TLS up (raw), session and subscriptions acknowledged (MQTT).</summary>
    Connected = 5,

    /// <summary>An attempt is about to start. A handler that sends a body begins it anew whenever it sees this state.</summary>
    Connecting = 6,

    /// <summary>The last callback of every stream. Its result is ignored.</summary>
    Destroying = 7,

    /// <summary>A transmit request found no connection and will start one; also precedes each retry.</summary>
    Poll = 8,

    /// <summary>The connect cycle ended without a connection. The stream is idle until the application acts. Delivered exactly once a cycle, and last.</summary>
    AllRetriesFailed = 9,

    /// <summary>The peer acknowledged the transaction (HTTP status as expected, MQTT PUBACK/PUBCOMP).</summary>
    QosAckRemote = 10,

    /// <summary>The peer refused the transaction (HTTP status not as expected, MQTT refusal).</summary>
    QosNackRemote = 11,

    /// <summary>Reserved for an acknowledgement by a proxy or gateway.</summary>
    QosAckLocal = 12,

    /// <summary>Reserved for a refusal by a proxy or gateway.</summary>
    QosNackLocal = 13,

    /// <summary>The timer that the application started with <see cref="SecureStream.StartTimeout(TimeSpan)"/> fired. Does not replace the state.</summary>
    Timeout = 14,

    /// <summary>Server: a complete request head arrived; set metadata, acknowledge, request transmission.</summary>
    ServerTxn = 15,

    /// <summary>Server: the connection was upgraded from HTTP to ws.</summary>
    ServerUpgrade = 16,

    /// <summary>
    /// A wake-up from outside the stream. An accepted stream gets it with <see cref="SsCauseCode.ListenerDraining"/> when its listener begins to end in order. Does not replace the state.
    /// </summary>
    EventWaitCancelled = 17,

    /// <summary>The link to the proxy is not up yet. Does not replace the state.</summary>
    UpstreamLinkRetry = 18,

    /// <summary>A source wants to bind to a registered local sink.</summary>
    SinkJoin = 19,

    /// <summary>A source left a local sink.</summary>
    SinkPart = 20,

    /// <summary>First value an application may use for states of its own (policy attribute <c>http_resp_map</c>).</summary>
    UserBase = 1000,
}
