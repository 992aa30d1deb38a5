using System.Buffers.Binary;

namespace SecureStreams.Simulation.Protocol;

/// <summary>The wire form: mark, type, flags, length (2), number (4), checksum (4), payload.</summary>
internal static class Frame
{
    public const int HeaderBytes = 13;
    public const int LargestPayload = 4096;
    public const byte Mark = 0xA5;

    /// <summary>Writes a frame and returns its length.</summary>
    public static int Write(Span<byte> target, FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload)
    {
        target[0] = Mark;
        target[1] = (byte)type;
        target[2] = (byte)flags;
        BinaryPrimitives.WriteUInt16LittleEndian(target[3..], (ushort)payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[5..], number);
        payload.CopyTo(target[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[9..], Checksum(target[..9], payload));
        return HeaderBytes + payload.Length;
    }

    public static uint Checksum(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload)
    {
        var sum = BinaryPrimitives.ReadUInt64LittleEndian(head) * 0x9E3779B97F4A7C15 + head[8];
        while (payload.Length >= 8)
        {
            sum = (sum ^ BinaryPrimitives.ReadUInt64LittleEndian(payload)) * 0x9E3779B97F4A7C15;
            payload = payload[8..];
        }

        foreach (var one in payload)
            sum = (sum ^ one) * 0x100000001B3;
        return (uint)(sum >> 32) ^ (uint)sum;
    }
}
