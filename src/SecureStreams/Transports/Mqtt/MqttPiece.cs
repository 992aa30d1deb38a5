using System.Buffers;

namespace SecureStreams.Transports.Mqtt;

/// <summary>A piece of a message that waits for its stream.</summary>
/// <param name="Buffer">The bytes, of the shared pool; null for none.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Flags">Where it stands in its message.</param>
internal readonly record struct MqttPiece(byte[]? Buffer, int Bytes, SsRxFlags Flags)
{
    /// <summary>Whether it is a message by itself.</summary>
    public bool IsWhole => (Flags & (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage)) == (SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage);

    /// <summary>Of the first piece: what goes into the stream's metadata with the message; null for nothing.</summary>
    public string?[]? Values { get; init; }

    /// <summary>Of the last piece: what waits for the stream to have taken the message; null for nothing.</summary>
    public MqttTaking? Taking { get; init; }

    /// <summary>Whether its message has QoS 1 or 2.</summary>
    public bool IsAcknowledged { get; init; }

    /// <summary>Whether the message counts among those that the stream has not answered.</summary>
    public bool IsUnanswered { get; init; }

    /// <summary>Of the first piece of a message of QoS 1 or 2: bytes of the topic, which stands behind those of the payload.</summary>
    public int TopicBytes { get; init; }

    /// <summary>The topic, where it is there.</summary>
    public ReadOnlySpan<byte> Topic => Buffer.AsSpan(Bytes, TopicBytes);

    /// <summary>A copy of bytes.</summary>
    /// <param name="bytes">The payload.</param>
    /// <param name="flags">Where it stands in its message.</param>
    /// <param name="topic">Where it was published, for a stream that is asked for something else before it has taken it; empty for what is not kept then.</param>
    public static MqttPiece Of(ReadOnlySpan<byte> bytes, SsRxFlags flags, ReadOnlySpan<byte> topic = default)
    {
        byte[]? buffer = null;
        if (bytes.Length + topic.Length > 0)
        {
            buffer = ArrayPool<byte>.Shared.Rent(bytes.Length + topic.Length);
            bytes.CopyTo(buffer);
            topic.CopyTo(buffer.AsSpan(bytes.Length));
        }

        return new MqttPiece(buffer, bytes.Length, flags) { TopicBytes = topic.Length };
    }

    /// <summary>Gives the bytes back.</summary>
    public void Return()
    {
        if (Buffer is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
