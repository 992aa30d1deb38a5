using System.Buffers.Binary;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>
/// Messages that tell which connection of which end they belong to and their place in it, so that whoever receives them sees any that is lost, reordered, doubled or changed.
/// </summary>
internal static class Numbered
{
    private const int Head = 16;

    /// <summary>The message at a place, of a length that follows from the place.</summary>
    public static byte[] Make(long connection, int place, int largest)
    {
        var length = Head + (int)((uint)(place * 2_654_435_761L) % largest);
        var message = new byte[length];
        BinaryPrimitives.WriteInt64LittleEndian(message, connection);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), place);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), length);
        message.AsSpan(Head).Fill((byte)place);
        return message;
    }

    /// <summary>What is wrong with a message that should be at a place; null when nothing is. The first message of a connection says which it is.</summary>
    public static string? Check(ReadOnlySpan<byte> message, ref long connection, int place)
    {
        if (message.Length < Head)
            return $"a message has {message.Length} bytes";
        var from = BinaryPrimitives.ReadInt64LittleEndian(message);
        if (place == 0)
            connection = from;
        if (from != connection)
            return $"message {place} is of connection {from} and not {connection}";
        if (BinaryPrimitives.ReadInt32LittleEndian(message[8..]) is var said && said != place)
            return $"message {said} came in the place of {place}";
        if (BinaryPrimitives.ReadInt32LittleEndian(message[12..]) is var length && length != message.Length)
            return $"message {place} has {message.Length} bytes of {length}";
        return message[Head..].IndexOfAnyExcept((byte)place) is >= 0 and var at ? $"message {place} is changed at {at}" : null;
    }
}
