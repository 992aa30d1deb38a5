using System.Text;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>The server's side of the opening handshake: the judgement of a request, and the answer (RFC 6455 section 4.2, RFC 8441 section 5). Pure.</summary>
public static class WebSocketServerHandshake
{
    /// <summary>Whether a request asks for a WebSocket connection at all; if not, it is a request like others.</summary>
    public static bool IsUpgrade(WebSocketRequestFacts request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.IsExtendedConnect
            ? string.Equals(request.Upgrade, "websocket", StringComparison.Ordinal)
            : HttpTokens.Contains(request.Upgrade, "websocket") && HttpTokens.Contains(request.Connection, "Upgrade");
    }

    /// <summary>Judges a request that is an upgrade.</summary>
    /// <returns>Why it is refused, or null. With status 426 goes <c>Sec-WebSocket-Version: 13</c>.</returns>
    public static WebSocketRefusal? Judge(WebSocketRequestFacts request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!string.Equals(request.Method, request.IsExtendedConnect ? "CONNECT" : "GET", StringComparison.Ordinal))
            return new WebSocketRefusal(405, $"An upgrade to websocket is asked for with {(request.IsExtendedConnect ? "CONNECT" : "GET")}.");
        if (!string.Equals(request.Version, WebSocketClientHandshake.Version, StringComparison.Ordinal))
            return new WebSocketRefusal(426, "Sec-WebSocket-Version 13 is the version spoken here.");
        if (!request.IsExtendedConnect && !IsKey(request.Key))
            return new WebSocketRefusal(400, "Sec-WebSocket-Key is not 16 bytes in base64.");
        foreach (var one in HttpTokens.Split(request.Subprotocols))
        {
            if (!HttpTokens.IsToken(one))
                return new WebSocketRefusal(400, "Sec-WebSocket-Protocol is no list of names.");
        }

        return null;
    }

    /// <summary>The first subprotocol that the client asks for and <paramref name="taken"/> has; null when there is none.</summary>
    public static string? ChooseSubprotocol(WebSocketRequestFacts request, IReadOnlyCollection<string> taken)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var one in HttpTokens.Split(request.Subprotocols))
        {
            if (taken.Contains(one, StringComparer.Ordinal))
                return one;
        }

        return null;
    }

    /// <summary>The fields of the answer that accepts: with status 101 on HTTP/1.1, with 200 on HTTP/2.</summary>
    /// <param name="request">The request, judged.</param>
    /// <param name="subprotocol">The subprotocol chosen; null for none.</param>
    /// <param name="extensions">The extensions agreed; null for none.</param>
    public static IReadOnlyList<HttpField> Accept(WebSocketRequestFacts request, string? subprotocol, string? extensions)
    {
        ArgumentNullException.ThrowIfNull(request);
        var fields = new List<HttpField>(5);
        if (!request.IsExtendedConnect)
        {
            fields.Add(new HttpField("Upgrade", "websocket"));
            fields.Add(new HttpField("Connection", "Upgrade"));
            fields.Add(new HttpField("Sec-WebSocket-Accept", WebSocketAccept.Of(request.Key ?? "")));
        }

        if (subprotocol is not null)
            fields.Add(new HttpField("Sec-WebSocket-Protocol", subprotocol));
        if (extensions is not null)
            fields.Add(new HttpField("Sec-WebSocket-Extensions", extensions));
        return fields;
    }

    /// <summary>The answer that accepts, as it goes out on HTTP/1.1.</summary>
    public static byte[] WriteResponse(IReadOnlyList<HttpField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var text = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n", 256);
        foreach (var field in fields)
            text.Append(field.Name).Append(": ").Append(field.Value).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    private static bool IsKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[18];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, bytes, out var written) && written == 16;
    }
}
