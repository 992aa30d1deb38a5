namespace SecureStreams.Codecs.WebSocket;

/// <summary>What <see cref="WebSocketFrameReader.Read"/> found.</summary>
public enum WebSocketReadKind
{
    /// <summary>Nothing yet: the input is used up.</summary>
    NeedMore,

    /// <summary>A piece of a message: see <see cref="WebSocketFrameReader.IsStart"/>, <see cref="WebSocketFrameReader.IsEnd"/>, <see cref="WebSocketFrameReader.IsText"/> and <see cref="WebSocketFrameReader.IsCompressed"/>.</summary>
    Data,

    /// <summary>A ping; its payload goes back in a pong.</summary>
    Ping,

    /// <summary>A pong.</summary>
    Pong,

    /// <summary>A close frame: see <see cref="WebSocketFrameReader.CloseCode"/>; the payload is the reason. Whatever follows it is ignored.</summary>
    Close,

    /// <summary>The peer broke the protocol: see <see cref="WebSocketFrameReader.Violation"/>. Nothing is read any more.</summary>
    Violation,
}
