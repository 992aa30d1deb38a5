using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>Reads what <see cref="MqttSessionEncoder"/> gathered, up to the first thing that is no record or does not fit those before it.</summary>
internal static class MqttSessionDecoder
{
    /// <summary>Fields of <see cref="MqttSessionStep.Held"/> before its texts.</summary>
    public const int HeldBytes = 15;

    /// <summary>Beside the QoS.</summary>
    public const byte RetainBit = 4;

    private const byte QosBits = 3;

    /// <summary>CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
            sum = BitOperations.Crc32C(sum, one);
        return ~sum;
    }

    /// <summary>Replays records.</summary>
    /// <param name="source">Where they are, from its position on; it can seek.</param>
    /// <param name="into">Where they go.</param>
    /// <param name="unfinished">Whether what follows the last record is the beginning of one that the end of the source cuts off: a write that was not finished.</param>
    /// <returns>How many bytes of <paramref name="source"/> were records.</returns>
    public static long Replay(Stream source, MqttSessionRestorer into, out bool unfinished)
    {
        Span<byte> header = stackalloc byte[MqttSessionEncoder.HeaderBytes];
        var begin = source.Position;
        var rest = source.Length - begin;
        long taken = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (true)
            {
                unfinished = rest < header.Length;
                if (unfinished || source.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
                    return taken;

                // Against what there is, before anything is rented.
                var length = BinaryPrimitives.ReadInt32BigEndian(header);
                if (length < 1 || BinaryPrimitives.ReadUInt32BigEndian(header[4..]) != Checksum(header[..4]))
                    return taken;
                unfinished = length > rest - header.Length;
                if (unfinished)
                    return taken;
                if (buffer.Length < length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(length);
                }

                var record = buffer.AsSpan(0, length);
                if (source.ReadAtLeast(record, length, throwOnEndOfStream: false) < length)
                    return taken;
                if (BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != Checksum(record) || !TryApply(record, into))
                    return taken;
                taken += header.Length + length;
                rest -= header.Length + length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryApply(ReadOnlySpan<byte> record, MqttSessionRestorer into)
    {
        var fields = record[1..];
        switch ((MqttSessionStep)record[0], fields.Length)
        {
            case (MqttSessionStep.Established, 0):
                into.Established();
                break;
            case (MqttSessionStep.Held, >= HeldBytes):
                return TryApplyHeld(fields, into);
            case (MqttSessionStep.Numbered, 10):
                into.Numbered(BinaryPrimitives.ReadUInt64BigEndian(fields), BinaryPrimitives.ReadUInt16BigEndian(fields[8..]));
                break;
            case (MqttSessionStep.Released, 8):
                into.Released(BinaryPrimitives.ReadUInt64BigEndian(fields));
                break;
            case (MqttSessionStep.Settled, 8):
                into.Settled(BinaryPrimitives.ReadUInt64BigEndian(fields));
                break;
            case (MqttSessionStep.Accepted, 2):
                into.Accepted(BinaryPrimitives.ReadUInt16BigEndian(fields));
                break;
            case (MqttSessionStep.Forgotten, 2):
                into.Forgotten(BinaryPrimitives.ReadUInt16BigEndian(fields));
                break;
            case (MqttSessionStep.Renewed, 0):
                into.Renewed();
                break;
            case (MqttSessionStep.Ended, 0):
                into.Ended();
                break;
            case (MqttSessionStep.Subscribed, >= sizeof(ushort)):
                return TryApplySubscribed(fields, into);
            case (MqttSessionStep.Unsubscribed, _):
                into.Unsubscribed(fields);
                break;
            default:
                // Of a kind that only a later release knows: whole, by its checksum, and nothing that this one could do anything about.
                return record[0] > (byte)MqttSessionStep.Unsubscribed;
        }

        return into.IsSound;
    }

    private static bool TryApplySubscribed(ReadOnlySpan<byte> fields, MqttSessionRestorer into)
    {
        int filter = BinaryPrimitives.ReadUInt16BigEndian(fields);
        var texts = fields[sizeof(ushort)..];
        if (filter > texts.Length)
            return false;
        into.Subscribed(texts[..filter], texts[filter..]);
        return into.IsSound;
    }

    private static bool TryApplyHeld(ReadOnlySpan<byte> fields, MqttSessionRestorer into)
    {
        var flags = fields[8];
        int topic = BinaryPrimitives.ReadUInt16BigEndian(fields[9..]);
        var properties = BinaryPrimitives.ReadInt32BigEndian(fields[11..]);
        var texts = fields[HeldBytes..];
        if ((flags & ~(QosBits | RetainBit)) != 0 || properties < 0 || topic + (long)properties > texts.Length)
            return false;
        into.Held(
            BinaryPrimitives.ReadUInt64BigEndian(fields),
            (byte)(flags & QosBits),
            (flags & RetainBit) != 0,
            texts[..topic],
            texts.Slice(topic, properties),
            texts[(topic + properties)..]);
        return into.IsSound;
    }
}
