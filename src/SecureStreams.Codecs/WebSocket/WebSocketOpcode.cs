namespace SecureStreams.Codecs.WebSocket;

/// <summary>What a WebSocket frame is (RFC 6455 section 5.2). Values not named here are reserved and refused.</summary>
public enum WebSocketOpcode
{
    /// <summary>Another fragment of the message under way.</summary>
    Continuation = 0,

    /// <summary>The first or only fragment of a message of UTF-8 text.</summary>
    Text = 1,

    /// <summary>The first or only fragment of a message of bytes.</summary>
    Binary = 2,

    /// <summary>The last frame of its sender.</summary>
    Close = 8,

    /// <summary>Asks for a <see cref="Pong"/> with the same payload.</summary>
    Ping = 9,

    /// <summary>Answers a <see cref="Ping"/>, or is sent unasked.</summary>
    Pong = 10,
}
