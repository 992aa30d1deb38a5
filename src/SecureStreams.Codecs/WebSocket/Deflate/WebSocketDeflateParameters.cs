namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>What two peers agreed on for permessage-deflate (RFC 7692 section 7.1). Immutable.</summary>
/// <param name="ServerNoContextTakeover">The server begins each message anew: its client need not keep what came before.</param>
/// <param name="ClientNoContextTakeover">The client begins each message anew.</param>
/// <param name="ServerMaxWindowBits">How far back the server may refer, as a power of two, 8 to 15.</param>
/// <param name="ClientMaxWindowBits">How far back the client may refer, as a power of two, 8 to 15.</param>
public sealed record WebSocketDeflateParameters(
    bool ServerNoContextTakeover = false,
    bool ClientNoContextTakeover = false,
    int ServerMaxWindowBits = WebSocketDeflateParameters.LargestWindowBits,
    int ClientMaxWindowBits = WebSocketDeflateParameters.LargestWindowBits)
{
    /// <summary>The least that the protocol has: 256 bytes.</summary>
    public const int SmallestWindowBits = 8;

    /// <summary>The most, and what holds when nothing is said: 32 KiB.</summary>
    public const int LargestWindowBits = 15;

    /// <summary>A compressor for what one side sends under this agreement.</summary>
    /// <param name="isServer">Whether that side is the server.</param>
    public WebSocketDeflater CreateDeflater(bool isServer) => isServer
        ? new WebSocketDeflater(ServerMaxWindowBits, !ServerNoContextTakeover)
        : new WebSocketDeflater(ClientMaxWindowBits, !ClientNoContextTakeover);

    /// <summary>A decompressor for what one side receives under this agreement.</summary>
    /// <param name="isServer">Whether that side is the server.</param>
    /// <param name="maxMessageBytes">How long a message may be, decompressed.</param>
    public WebSocketInflater CreateInflater(bool isServer, long maxMessageBytes) => isServer
        ? new WebSocketInflater(ClientMaxWindowBits, !ClientNoContextTakeover, maxMessageBytes)
        : new WebSocketInflater(ServerMaxWindowBits, !ServerNoContextTakeover, maxMessageBytes);
}
