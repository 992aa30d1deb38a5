namespace SecureStreams.Codecs.WebSocket;

/// <summary>What the server's side of the opening handshake looks at in a request, whoever parsed it and on whatever version of HTTP.</summary>
public sealed record WebSocketRequestFacts
{
    /// <summary>Whether it is an extended CONNECT (RFC 8441), which has neither key nor Upgrade field; else it is HTTP/1.1.</summary>
    public bool IsExtendedConnect { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The Upgrade field; of an extended CONNECT the <c>:protocol</c>.</summary>
    public string? Upgrade { get; init; }

    /// <summary>The Connection field.</summary>
    public string? Connection { get; init; }

    /// <summary>The Sec-WebSocket-Key field.</summary>
    public string? Key { get; init; }

    /// <summary>The Sec-WebSocket-Version field.</summary>
    public string? Version { get; init; }

    /// <summary>The Sec-WebSocket-Protocol field.</summary>
    public string? Subprotocols { get; init; }

    /// <summary>The Sec-WebSocket-Extensions field.</summary>
    public string? Extensions { get; init; }

    /// <summary>The facts of a request on HTTP/1.1; null when its first line is no request line.</summary>
    public static WebSocketRequestFacts? Of(Http.HttpHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return !head.TryReadRequest(out var method, out _) ? null : new WebSocketRequestFacts
        {
            Method = method,
            Upgrade = head.Find("Upgrade"),
            Connection = head.Find("Connection"),
            Key = head.Find("Sec-WebSocket-Key"),
            Version = head.Find("Sec-WebSocket-Version"),
            Subprotocols = head.Find("Sec-WebSocket-Protocol"),
            Extensions = head.Find("Sec-WebSocket-Extensions"),
        };
    }
}
