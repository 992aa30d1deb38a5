namespace SecureStreams.Transports.WebSocket;

/// <summary>Sizes and bounds of ws.</summary>
internal static class WebSocketDefaults
{
    /// <summary><c>max_message_bytes</c> where the policy states none.</summary>
    public const long MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary><c>max_header_bytes</c> where the policy states none.</summary>
    public const int MaxHeaderBytes = 32 * 1024;

    /// <summary>How much of the body of a refused upgrade is kept for operators.</summary>
    public const int PeerTextBytes = 64 * 1024;

    /// <summary>Pongs that may wait to be sent. A peer that asks faster than it reads gets the rest answered by the latest (RFC 6455 section 5.5.3).</summary>
    public const int MaxPongBytes = 4 * 1024;

    /// <summary>How long the body of a refused upgrade may take.</summary>
    public static readonly TimeSpan RefusalTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long the peer may take to answer our close frame.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
}
