using System.Buffers.Binary;

namespace SecureStreams.Interop.Probe.Flows;

/// <summary>The payload of a numbered message: its number, then bytes that follow from it. Most are short; some take several pieces.</summary>
internal static class FlowMessage
{
    private const int NumberBytes = 8;
    private const int ShortBytes = 200;
    private const int LongBytes = 40_000;
    private const int EveryLong = 50;

    public static int Length(long number) => NumberBytes + (int)(number % EveryLong == 0 ? number * 31 % LongBytes : number * 31 % ShortBytes);

    /// <summary>Fills a piece of it.</summary>
    public static void Fill(long number, int offset, Span<byte> piece)
    {
        Span<byte> head = stackalloc byte[NumberBytes];
        BinaryPrimitives.WriteInt64BigEndian(head, number);
        for (var i = 0; i < piece.Length; i++)
        {
            var at = offset + i;
            piece[i] = at < NumberBytes ? head[at] : Byte(number, at);
        }
    }

    /// <summary>The number of a whole message; null when it is none of these, or not as it was sent.</summary>
    public static long? NumberOf(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < NumberBytes)
            return null;
        var number = BinaryPrimitives.ReadInt64BigEndian(payload);
        if (number < 0 || payload.Length != Length(number))
            return null;
        for (var at = NumberBytes; at < payload.Length; at++)
        {
            if (payload[at] != Byte(number, at))
                return null;
        }

        return number;
    }

    private static byte Byte(long number, int at) => (byte)(number * 7 + at * 13);
}
