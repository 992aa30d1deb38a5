namespace SecureStreams.Codecs.WebSocket;

/// <summary>What a client asks for when it asks for a WebSocket connection.</summary>
public sealed record WebSocketUpgrade
{
    /// <summary>The value of the Host field: the peer's name, with its port where that is not the scheme's.</summary>
    public required string Host { get; init; }

    /// <summary>Path and query.</summary>
    public required string Target { get; init; }

    /// <summary>The proof that is asked for: 16 random bytes in base64.</summary>
    public required string Key { get; init; }

    /// <summary>The subprotocols, the preferred one first; empty for none.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = [];

    /// <summary>The extensions offered, as the field has them; null for none.</summary>
    public string? Extensions { get; init; }

    /// <summary>Other fields.</summary>
    public IReadOnlyList<Http.HttpField> Fields { get; init; } = [];
}
