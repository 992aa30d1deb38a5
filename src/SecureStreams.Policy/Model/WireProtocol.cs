namespace SecureStreams.Policy;

/// <summary>The wire protocols a streamtype can name (<c>protocol</c>).</summary>
public enum WireProtocol
{
    /// <summary>HTTP/1.1, the default.</summary>
    H1 = 0,

    /// <summary>HTTP/2.</summary>
    H2,

    /// <summary>HTTP/3.</summary>
    H3,

    /// <summary>WebSocket.</summary>
    WebSocket,

    /// <summary>MQTT.</summary>
    Mqtt,

    /// <summary>TCP or TLS without framing.</summary>
    Raw,
}
