namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>Why <see cref="WebSocketInflater.Inflate"/> stopped.</summary>
public enum WebSocketInflateStatus
{
    /// <summary>All compressed bytes were taken, and the message goes on.</summary>
    NeedsInput,

    /// <summary>The destination is full and there is more; call again with what was not consumed, even if that is nothing.</summary>
    DestinationFull,

    /// <summary>The message is complete. The next call begins the next one.</summary>
    EndOfMessage,

    /// <summary>The message is longer than allowed. Nothing more comes of this inflater; the peer is to be told 1009.</summary>
    TooLarge,

    /// <summary>The bytes are not compressed data, or end in the middle of it. Nothing more comes of this inflater; the peer is to be told 1007.</summary>
    Invalid,
}
