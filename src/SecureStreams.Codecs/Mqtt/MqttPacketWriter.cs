using System.Buffers.Binary;

namespace SecureStreams.Codecs.Mqtt;

/// <summary>
/// Writes packets, lengths in their shortest form. Pure. Each packet has a <c>Measure…</c>, how many bytes it takes with its fixed header, and a <c>TryWrite…</c>. What is written is what was
/// given: whether texts are texts (<see cref="MqttTexts.IsText"/>), topics topics (<see cref="MqttTopics"/>) and identifiers free is for whoever writes to know. Properties are left out
/// in MQTT 3.1.1, which has none.
/// </summary>
/// <remarks>
/// <para><c>Measure…</c> gives -1 for what no packet can say: a text or binary field longer than 65,535 bytes, or more than <see cref="MaxRemainingBytes"/> in all.</para>
/// <para><c>TryWrite…</c> gives false, and has written nothing of use, where the destination is shorter than the measure, or there is none.</para>
/// </remarks>
public static partial class MqttPacketWriter
{
    /// <summary>The most that follows a fixed header, in bytes (section 2.2.3 of MQTT 3.1.1, 2.1.4 of MQTT 5).</summary>
    public const int MaxRemainingBytes = MqttVariable.MaxValue;

    /// <summary>The longest fixed header.</summary>
    public const int MaxFixedHeaderBytes = 1 + MqttVariable.MaxBytes;

    /// <summary>PINGREQ and PINGRESP, and DISCONNECT without a reason.</summary>
    public const int EmptyPacketBytes = 2;

    private const int TooLong = -1;

    /// <summary>Writes a PINGREQ, of <see cref="EmptyPacketBytes"/>.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits.</returns>
    public static bool TryWritePingRequest(Span<byte> destination, out int written) => TryWriteEmpty(destination, MqttPacketType.PingRequest, out written);

    /// <summary>Writes a PINGRESP, of <see cref="EmptyPacketBytes"/>.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="written">How many bytes were written.</param>
    /// <returns>Whether it fits.</returns>
    public static bool TryWritePingResponse(Span<byte> destination, out int written) => TryWriteEmpty(destination, MqttPacketType.PingResponse, out written);

    private static bool TryWriteEmpty(Span<byte> destination, MqttPacketType type, out int written)
    {
        written = 0;
        if (destination.Length < EmptyPacketBytes)
            return false;
        destination[0] = (byte)((int)type << 4);
        destination[1] = 0;
        written = EmptyPacketBytes;
        return true;
    }

    /// <summary>The whole packet for what follows its fixed header.</summary>
    private static int Whole(long remaining) => remaining is < 0 or > MaxRemainingBytes ? TooLong : (int)(1 + MqttVariable.Bytes((int)remaining) + remaining);

    /// <summary>Properties with their length before them; MQTT 3.1.1 has neither.</summary>
    private static long Section(MqttVersion version, MqttProperties properties) =>
        version == MqttVersion.V5 ? MqttVariable.Bytes(properties.Encoded.Length) + (long)properties.Encoded.Length : 0;

    private static int PutFixedHeader(Span<byte> destination, MqttPacketType type, int flags, int remaining)
    {
        destination[0] = (byte)(((int)type << 4) | flags);
        return 1 + MqttVariable.Write(destination[1..], remaining);
    }

    private static int PutId(Span<byte> destination, ushort id)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        return 2;
    }

    private static int PutBinary(Span<byte> destination, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)value.Length);
        value.CopyTo(destination[2..]);
        return 2 + value.Length;
    }

    private static int PutSection(Span<byte> destination, MqttVersion version, MqttProperties properties)
    {
        if (version != MqttVersion.V5)
            return 0;
        var at = MqttVariable.Write(destination, properties.Encoded.Length);
        properties.Encoded.CopyTo(destination[at..]);
        return at + properties.Encoded.Length;
    }
}
