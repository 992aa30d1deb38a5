using System.Text;

namespace SecureStreams.Codecs.Http;

/// <summary>What heads say again and again: such text is not made anew for each.</summary>
internal static class HttpCommonText
{
    private static readonly string[] Texts =
    [
        "Upgrade", "Connection", "websocket", "Date", "Server", "Sec-WebSocket-Accept", "HTTP/1.1 101 Switching Protocols", "upgrade",
        "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Content-Length", "Content-Type", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "13", "Kestrel",
    ];

    private static readonly byte[][] Bytes = [.. Texts.Select(Encoding.ASCII.GetBytes)];

    /// <summary>The text of <paramref name="bytes"/>, letter for letter; null when it is none of these.</summary>
    public static string? Of(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < Bytes.Length; i++)
        {
            if (bytes.SequenceEqual(Bytes[i]))
                return Texts[i];
        }

        return null;
    }
}
