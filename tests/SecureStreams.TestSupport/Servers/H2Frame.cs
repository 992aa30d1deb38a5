using System.Buffers.Binary;

namespace SecureStreams.TestSupport.Servers;

/// <summary>One HTTP/2 frame (RFC 9113 section 4.1), enough to play a peer by hand.</summary>
/// <param name="Type">The type octet, see the constants.</param>
/// <param name="Flags">The flags octet.</param>
/// <param name="StreamId">The stream; 0 for the connection.</param>
/// <param name="Payload">What follows the nine octets of the head.</param>
public sealed record H2Frame(byte Type, byte Flags, int StreamId, byte[] Payload)
{
    /// <summary>The type of payload.</summary>
    public const byte Data = 0;

    /// <summary>The type of a header block.</summary>
    public const byte Headers = 1;

    /// <summary>The type that ends one stream with a code.</summary>
    public const byte RstStream = 3;

    /// <summary>The type of settings.</summary>
    public const byte Settings = 4;

    /// <summary>The type that asks for a sign of life, or is one.</summary>
    public const byte Ping = 6;

    /// <summary>The type that ends the connection with a code.</summary>
    public const byte GoAway = 7;

    /// <summary>The flag of a settings acknowledgement.</summary>
    public const byte Ack = 1;

    /// <summary>The flag of the last frame of a stream.</summary>
    public const byte EndStream = 1;

    /// <summary>The flag of a header block that is complete.</summary>
    public const byte EndHeaders = 4;

    /// <summary>What a client sends first, 24 octets.</summary>
    public const string ClientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /// <summary>A GOAWAY: streams above <paramref name="lastStream"/> were not handled, so they may be sent again.</summary>
    public static H2Frame MakeGoAway(int lastStream, int errorCode)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(4), errorCode);
        return new H2Frame(GoAway, 0, 0, payload);
    }

    /// <summary>A RST_STREAM.</summary>
    public static H2Frame MakeReset(int streamId, int errorCode)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, errorCode);
        return new H2Frame(RstStream, 0, streamId, payload);
    }

    /// <summary>The head of a response with status 200 and no fields (RFC 7541: entry 8 of the static table).</summary>
    public static H2Frame MakeOk(int streamId) => new(Headers, EndHeaders, streamId, [0x88]);

    /// <summary>Reads the next frame.</summary>
    public static async Task<H2Frame> ReadAsync(ScriptedConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var head = await connection.ReadAsync(9, cancellationToken);
        var length = head[0] << 16 | head[1] << 8 | head[2];
        var stream = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & 0x7FFF_FFFF;
        return new H2Frame(head[3], head[4], stream, await connection.ReadAsync(length, cancellationToken));
    }

    /// <summary>The frame as it goes onto the wire.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[9 + Payload.Length];
        bytes[0] = (byte)(Payload.Length >> 16);
        bytes[1] = (byte)(Payload.Length >> 8);
        bytes[2] = (byte)Payload.Length;
        bytes[3] = Type;
        bytes[4] = Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), StreamId);
        Payload.CopyTo(bytes, 9);
        return bytes;
    }
}
