using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>The proof that a peer understood a WebSocket upgrade (RFC 6455 section 4.2.2, item 5.4).</summary>
public static class WebSocketAccept
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The <c>Sec-WebSocket-Accept</c> that answers a <c>Sec-WebSocket-Key</c>.</summary>
    /// <param name="key">The key as it stands in the request: 24 characters of base64.</param>
    /// <returns>28 characters of base64.</returns>
    public static string Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
#pragma warning disable CA5350 // The protocol says SHA-1; nothing secret hangs on it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }
}
