using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>Writes frames (RFC 6455 section 5.2), lengths in their shortest form. Pure.</summary>
public static class WebSocketFrame
{
    /// <summary>The longest header: two bytes, eight of length, four of masking key.</summary>
    public const int MaxHeaderBytes = 14;

    /// <summary>The longest header of a frame of at most 65,535 bytes.</summary>
    public const int MaxShortHeaderBytes = 8;

    /// <summary>The largest payload of a control frame.</summary>
    public const int MaxControlBytes = 125;

    /// <summary>How long the header of a frame is.</summary>
    /// <param name="payloadBytes">Its payload.</param>
    /// <param name="masked">Whether it is masked.</param>
    public static int HeaderBytes(long payloadBytes, bool masked) =>
        (payloadBytes <= MaxControlBytes ? 2 : payloadBytes <= ushort.MaxValue ? 4 : 10) + (masked ? 4 : 0);

    /// <summary>Writes the header of a frame that is not masked.</summary>
    /// <param name="destination">At least <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="opcode">What it is.</param>
    /// <param name="final">Whether it ends its message; control frames always do.</param>
    /// <param name="compressed">The first reserved bit: the message it begins is compressed (RFC 7692).</param>
    /// <param name="payloadBytes">Its payload.</param>
    /// <returns>How many bytes were written.</returns>
    public static int WriteHeader(Span<byte> destination, WebSocketOpcode opcode, bool final, bool compressed, long payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        destination[0] = (byte)((final ? 0x80 : 0) | (compressed ? 0x40 : 0) | (int)opcode);
        if (payloadBytes <= MaxControlBytes)
        {
            destination[1] = (byte)payloadBytes;
            return 2;
        }

        if (payloadBytes <= ushort.MaxValue)
        {
            destination[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadBytes);
            return 4;
        }

        destination[1] = 127;
        BinaryPrimitives.WriteInt64BigEndian(destination[2..], payloadBytes);
        return 10;
    }

    /// <summary>Writes the header of a masked frame; see <see cref="WriteHeader(Span{byte}, WebSocketOpcode, bool, bool, long)"/>.</summary>
    /// <param name="destination">At least <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="opcode">What it is.</param>
    /// <param name="final">Whether it ends its message.</param>
    /// <param name="compressed">The first reserved bit.</param>
    /// <param name="payloadBytes">Its payload.</param>
    /// <param name="key">The masking key, as <see cref="WebSocketMask.Apply"/> takes it.</param>
    /// <returns>How many bytes were written.</returns>
    public static int WriteHeader(Span<byte> destination, WebSocketOpcode opcode, bool final, bool compressed, long payloadBytes, uint key)
    {
        var length = WriteHeader(destination, opcode, final, compressed, payloadBytes);
        destination[1] |= 0x80;
        MemoryMarshal.Write(destination[length..], key);
        return length + sizeof(uint);
    }
}
