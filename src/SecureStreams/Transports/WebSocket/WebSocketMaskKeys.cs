using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SecureStreams.Transports.WebSocket;

/// <summary>Masking keys, which nobody may foresee (RFC 6455 section 10.3). The platform's generator costs much a call and little a byte, so each thread takes some at a time.</summary>
internal static class WebSocketMaskKeys
{
    private const int Count = 64;

    [ThreadStatic]
    private static uint[]? s_keys;

    [ThreadStatic]
    private static int s_next;

    /// <summary>A key that was not given before.</summary>
    public static uint Next()
    {
        if (s_next == 0)
        {
            s_keys ??= new uint[Count];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(s_keys.AsSpan()));
            s_next = Count;
        }

        return s_keys![--s_next];
    }
}
