using System.Buffers;
using System.Buffers.Binary;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// Gathers steps as records: bytes of kind and fields (4), checksum of these four bytes (4, CRC-32C), checksum of kind and fields (4), kind (1), fields. Big-endian. The first checksum
/// tells a record that was not written to its end from one whose length is damaged. It holds a pooled buffer while there is anything in it, and keeps a small one.
/// </summary>
internal sealed class MqttSessionEncoder : IMqttSessionRecords, IDisposable
{
    /// <summary>Before what the length counts.</summary>
    public const int HeaderBytes = 12;

    private const int SmallestBuffer = 4096;
    private const int LargestKept = 64 * 1024;

    private byte[]? _buffer;
    private int _length;

    /// <summary>What was gathered.</summary>
    public ReadOnlyMemory<byte> Gathered => _buffer.AsMemory(0, _length);

    /// <summary>Nothing is gathered any more.</summary>
    public void Clear()
    {
        _length = 0;
        if (_buffer?.Length > LargestKept)
            Dispose();
    }

    /// <summary>Puts something before the records: the head of a file.</summary>
    public void AddRaw(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <inheritdoc/>
    public void Established() => End(Begin(MqttSessionStep.Established, 0));

    /// <inheritdoc/>
    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        var fields = Begin(MqttSessionStep.Held, MqttSessionDecoder.HeldBytes + topic.Length + properties.Length + payload.Length);
        BinaryPrimitives.WriteUInt64BigEndian(fields, ticket);
        fields[8] = (byte)(qos | (retain ? MqttSessionDecoder.RetainBit : 0));
        BinaryPrimitives.WriteUInt16BigEndian(fields[9..], (ushort)topic.Length);
        BinaryPrimitives.WriteInt32BigEndian(fields[11..], properties.Length);
        topic.CopyTo(fields[MqttSessionDecoder.HeldBytes..]);
        properties.CopyTo(fields[(MqttSessionDecoder.HeldBytes + topic.Length)..]);
        payload.CopyTo(fields[(MqttSessionDecoder.HeldBytes + topic.Length + properties.Length)..]);
        End(fields);
    }

    /// <inheritdoc/>
    public void Numbered(ulong ticket, ushort id)
    {
        var fields = Begin(MqttSessionStep.Numbered, 10);
        BinaryPrimitives.WriteUInt64BigEndian(fields, ticket);
        BinaryPrimitives.WriteUInt16BigEndian(fields[8..], id);
        End(fields);
    }

    /// <inheritdoc/>
    public void Released(ulong ticket) => Ticket(MqttSessionStep.Released, ticket);

    /// <inheritdoc/>
    public void Settled(ulong ticket) => Ticket(MqttSessionStep.Settled, ticket);

    /// <inheritdoc/>
    public void Accepted(ushort id) => Id(MqttSessionStep.Accepted, id);

    /// <inheritdoc/>
    public void Forgotten(ushort id) => Id(MqttSessionStep.Forgotten, id);

    /// <inheritdoc/>
    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType)
    {
        var fields = Begin(MqttSessionStep.Subscribed, sizeof(ushort) + filter.Length + streamType.Length);
        BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)filter.Length);
        filter.CopyTo(fields[sizeof(ushort)..]);
        streamType.CopyTo(fields[(sizeof(ushort) + filter.Length)..]);
        End(fields);
    }

    /// <inheritdoc/>
    public void Unsubscribed(ReadOnlySpan<byte> filter)
    {
        var fields = Begin(MqttSessionStep.Unsubscribed, filter.Length);
        filter.CopyTo(fields);
        End(fields);
    }

    /// <inheritdoc/>
    public void Renewed() => End(Begin(MqttSessionStep.Renewed, 0));

    /// <inheritdoc/>
    public void Ended() => End(Begin(MqttSessionStep.Ended, 0));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        _buffer = null;
        _length = 0;
    }

    private void Ticket(MqttSessionStep step, ulong ticket)
    {
        var fields = Begin(step, 8);
        BinaryPrimitives.WriteUInt64BigEndian(fields, ticket);
        End(fields);
    }

    private void Id(MqttSessionStep step, ushort id)
    {
        var fields = Begin(step, 2);
        BinaryPrimitives.WriteUInt16BigEndian(fields, id);
        End(fields);
    }

    /// <summary>The fields of a record, to be filled; <see cref="End"/> completes it.</summary>
    private Span<byte> Begin(MqttSessionStep step, int fieldBytes)
    {
        Room(HeaderBytes + 1 + fieldBytes);
        var record = _buffer.AsSpan(_length, HeaderBytes + 1 + fieldBytes);
        BinaryPrimitives.WriteInt32BigEndian(record, 1 + fieldBytes);
        record[HeaderBytes] = (byte)step;
        return record[(HeaderBytes + 1)..];
    }

    private void End(ReadOnlySpan<byte> fields)
    {
        var record = _buffer.AsSpan(_length, HeaderBytes + 1 + fields.Length);
        BinaryPrimitives.WriteUInt32BigEndian(record[4..], MqttSessionDecoder.Checksum(record[..4]));
        BinaryPrimitives.WriteUInt32BigEndian(record[8..], MqttSessionDecoder.Checksum(record[HeaderBytes..]));
        _length += record.Length;
    }

    private void Room(int bytes)
    {
        if (_buffer is { } held && held.Length - _length >= bytes)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Math.Max(_length + bytes, (int)Math.Min(2L * _length, Array.MaxLength))));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer is { } smaller)
            ArrayPool<byte>.Shared.Return(smaller);
        _buffer = larger;
    }
}
