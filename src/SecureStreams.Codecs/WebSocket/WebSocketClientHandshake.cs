using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>The client's side of the opening handshake: the request, and the judgement of the answer (RFC 6455 section 4.1). Pure.</summary>
public static class WebSocketClientHandshake
{
    /// <summary>The version of the protocol.</summary>
    public const string Version = "13";

    private static readonly string[] OwnFields =
        ["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept", "Content-Length", "Transfer-Encoding"];

    /// <summary>Whether a field belongs to the handshake itself, so that nobody else may set it.</summary>
    public static bool IsOwnField(string name) => Array.Exists(OwnFields, own => string.Equals(own, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The request as it goes out on HTTP/1.1.</summary>
    /// <exception cref="ArgumentException">Something in it has a line break or a NUL, or a field's name is no token.</exception>
    public static byte[] WriteRequest(WebSocketUpgrade upgrade)
    {
        var request = new byte[RequestBytes(upgrade)];
        WriteRequest(upgrade, request);
        return request;
    }

    /// <summary>How long the request is on HTTP/1.1.</summary>
    /// <exception cref="ArgumentException">Something in it has a line break or a NUL, or a field's name is no token.</exception>
    public static int RequestBytes(WebSocketUpgrade upgrade)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        var measured = WebSocketRequestText.Measure();
        measured.Write(upgrade);
        return measured.Length;
    }

    /// <summary>Writes the request as it goes out on HTTP/1.1. Allocates nothing.</summary>
    /// <param name="upgrade">The request.</param>
    /// <param name="destination">Room for <see cref="RequestBytes"/>.</param>
    /// <returns>How many bytes it is.</returns>
    /// <exception cref="ArgumentException">Something in it has a line break or a NUL, a field's name is no token, or there is no room.</exception>
    public static int WriteRequest(WebSocketUpgrade upgrade, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        var text = new WebSocketRequestText(destination);
        text.Write(upgrade);
        return text.Length;
    }

    /// <summary>Judges an answer with status 101 to a request on HTTP/1.1. Extensions are judged by whoever offered them.</summary>
    /// <param name="head">The answer.</param>
    /// <param name="upgrade">The request.</param>
    /// <param name="subprotocol">The subprotocol that the peer chose; null for none.</param>
    /// <returns>What is wrong with it, in words that follow "the peer"; or null.</returns>
    public static string? Judge(HttpHead head, WebSocketUpgrade upgrade, out string? subprotocol)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(upgrade);
        subprotocol = null;
        if (!head.FirstLine.StartsWith("HTTP/1.1", StringComparison.Ordinal))
            return $"upgrades with '{head.FirstLine}', and only HTTP/1.1 has upgrades";
        if (!string.Equals(head.Find("Upgrade"), "websocket", StringComparison.OrdinalIgnoreCase))
            return $"upgrades to '{head.Find("Upgrade")}', not to websocket";
        if (!head.Has("Connection", "Upgrade"))
            return "upgrades without 'Connection: Upgrade'";
        if (head.Find("Sec-WebSocket-Accept") is not { } accept)
            return "upgrades without Sec-WebSocket-Accept";
        if (!WebSocketAccept.Answers(accept, upgrade.Key))
            return "sends a Sec-WebSocket-Accept that does not answer our key: something on the way answers in its place";
        return JudgeSubprotocol(head.Find("Sec-WebSocket-Protocol"), upgrade.Subprotocols, out subprotocol);
    }

    /// <summary>Judges the choice of a subprotocol, on whatever version of HTTP.</summary>
    /// <param name="stated">The value of Sec-WebSocket-Protocol in the answer; null when it is absent.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="subprotocol">The subprotocol that the peer chose; null for none.</param>
    /// <returns>What is wrong with it, in words that follow "the peer"; or null.</returns>
    public static string? JudgeSubprotocol(string? stated, IReadOnlyList<string> asked, out string? subprotocol)
    {
        ArgumentNullException.ThrowIfNull(asked);
        subprotocol = null;
        if (stated is null)
            return asked.Count == 0 ? null : $"chose none of the subprotocols asked for ({string.Join(", ", asked)})";
        foreach (var one in asked)
        {
            if (string.Equals(one, stated, StringComparison.Ordinal))
            {
                subprotocol = one;
                return null;
            }
        }

        return asked.Count == 0 ? $"chose subprotocol '{stated}', and none was asked for" : $"chose subprotocol '{stated}', which was not asked for ({string.Join(", ", asked)})";
    }
}
