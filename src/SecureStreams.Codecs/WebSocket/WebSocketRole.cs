namespace SecureStreams.Codecs.WebSocket;

/// <summary>Which side of a WebSocket connection this is. Clients mask what they send, servers do not (RFC 6455 section 5.1).</summary>
public enum WebSocketRole
{
    /// <summary>The side that asked for the connection.</summary>
    Client,

    /// <summary>The side that accepted it.</summary>
    Server,
}
