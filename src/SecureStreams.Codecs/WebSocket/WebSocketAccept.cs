using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>The proof that a peer understood a WebSocket upgrade (RFC 6455 section 4.2.2, item 5.4).</summary>
public static class WebSocketAccept
{
    // The length of what 16 bytes of a key and 20 of a hash become.
    private const int KeyChars = 24;
    private const int AcceptChars = 28;

    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>The <c>Sec-WebSocket-Accept</c> that answers a <c>Sec-WebSocket-Key</c>.</summary>
    /// <param name="key">The key as it stands in the request: 24 characters of base64.</param>
    /// <returns>28 characters of base64.</returns>
    public static string Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(key, hash);
        return Convert.ToBase64String(hash);
    }

    /// <summary>Whether <paramref name="accept"/> is what answers <paramref name="key"/>.</summary>
    internal static bool Answers(string accept, string key)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(key, hash);
        Span<char> expected = stackalloc char[AcceptChars];
        Convert.TryToBase64Chars(hash, expected, out _);
        return expected.SequenceEqual(accept);
    }

    private static void Hash(string key, Span<byte> hash)
    {
        // A peer's key may be of any length until somebody refuses it.
        var text = key.Length <= KeyChars ? stackalloc byte[KeyChars + Guid.Length] : new byte[key.Length + Guid.Length];
        var count = Encoding.ASCII.GetBytes(key, text);
        Guid.CopyTo(text[count..]);
#pragma warning disable CA5350 // The protocol says SHA-1; nothing secret hangs on it.
        SHA1.HashData(text[..(count + Guid.Length)], hash);
#pragma warning restore CA5350
    }
}
