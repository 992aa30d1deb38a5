namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>What one side wants of permessage-deflate. Immutable.</summary>
public sealed record WebSocketDeflateSettings
{
    private readonly int _windowBits = WebSocketDeflateParameters.LargestWindowBits;

    /// <summary>How far back either side may refer, as a power of two, 8 to 15; 15 by default. A client with less takes no agreement that lets its server refer further.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 8 to 15.</exception>
    public int WindowBits
    {
        get => _windowBits;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, WebSocketDeflateParameters.SmallestWindowBits);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WebSocketDeflateParameters.LargestWindowBits);
            _windowBits = value;
        }
    }

    /// <summary>
    /// Whether this side may refer to its earlier messages; true by default. It compresses small messages far better, and costs a compressor's memory while the connection lasts.
    /// </summary>
    public bool OwnContextTakeover { get; init; } = true;

    /// <summary>Whether the peer may refer to its earlier messages; true by default. It costs a window while the connection lasts.</summary>
    public bool PeerContextTakeover { get; init; } = true;
}
