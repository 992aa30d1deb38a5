using System.Buffers.Binary;
using System.Text;

namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>A frame as it is on the wire, written and read by hand: the codec under test has no part in it.</summary>
/// <param name="First">FIN, reserved bits and opcode.</param>
/// <param name="Masked">Whether it was masked.</param>
/// <param name="LengthBytes">How many bytes stated the length: 1, 3 or 9.</param>
/// <param name="Payload">The payload, unmasked.</param>
internal sealed record RawFrame(byte First, bool Masked, int LengthBytes, byte[] Payload)
{
    public const byte Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10, Fin = 0x80;

    public int Opcode => First & 15;

    public bool IsFinal => (First & Fin) != 0;

    /// <summary>The code of a close frame; 0 for none.</summary>
    public int CloseCode => Payload.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    /// <summary>The reason of a close frame.</summary>
    public string CloseReason => Payload.Length <= 2 ? "" : Encoding.UTF8.GetString(Payload.AsSpan(2));

    /// <summary>A frame with any first byte, its length in the shortest form.</summary>
    public static byte[] Make(int first, ReadOnlySpan<byte> payload, uint? mask = null)
    {
        var bytes = new List<byte> { (byte)first };
        var maskBit = mask is null ? 0 : 0x80;
        if (payload.Length <= 125)
        {
            bytes.Add((byte)(payload.Length | maskBit));
        }
        else if (payload.Length <= 65535)
        {
            bytes.AddRange([(byte)(126 | maskBit), (byte)(payload.Length >> 8), (byte)payload.Length]);
        }
        else
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            bytes.Add((byte)(127 | maskBit));
            bytes.AddRange(length);
        }

        if (mask is not { } key)
            return [.. bytes, .. payload];
        byte[] keyBytes = [(byte)(key >> 24), (byte)(key >> 16), (byte)(key >> 8), (byte)key];
        bytes.AddRange(keyBytes);
        for (var at = 0; at < payload.Length; at++)
            bytes.Add((byte)(payload[at] ^ keyBytes[at & 3]));
        return [.. bytes];
    }

    /// <summary>A close frame.</summary>
    public static byte[] MakeClose(int code, string reason = "", uint? mask = null) =>
        Make(Fin | Close, [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)], mask);

    /// <summary>Reads one; null at the end of the connection.</summary>
    public static async Task<RawFrame?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var start = new byte[2];
        var count = await stream.ReadAtLeastAsync(start, 2, throwOnEndOfStream: false, cancellationToken);
        if (count == 0)
            return null;
        if (count == 1)
            throw new InvalidOperationException("The connection ended inside the header of a frame.");
        var lengthBytes = 1;
        long length = start[1] & 0x7F;
        if (length >= 126)
        {
            lengthBytes = length == 126 ? 3 : 9;
            var more = new byte[lengthBytes - 1];
            await stream.ReadExactlyAsync(more, cancellationToken);
            length = more.Aggregate(0L, static (sum, one) => (sum << 8) | one);
        }

        var masked = (start[1] & 0x80) != 0;
        var key = new byte[4];
        if (masked)
            await stream.ReadExactlyAsync(key, cancellationToken);
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        for (var at = 0; at < payload.Length; at++)
            payload[at] ^= key[at & 3];
        return new RawFrame(start[0], masked, lengthBytes, payload);
    }
}
