using System.Buffers.Binary;
using SecureStreams.Interop.Tests.WebSocket.Clients;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>All that the protocol forbids, and what our connections answer to it in either role: the tables that the conformance tests hold them to.</summary>
internal static class WrongFrames
{
    // Longer than any frame of the tables that can be sent at all.
    private const ulong Endless = 1 << 20;

    /// <summary>Every row: its name, what the peer sends, and the close code that answers it.</summary>
    /// <param name="mask">The key of the peer's frames; null for a server's.</param>
    public static IReadOnlyList<(string Name, byte[] Bytes, int Code)> Of(uint? mask) =>
    [
        .. Violations.Of(mask).Select(static row => (row.Data.Item1, Convert.FromHexString(row.Data.Item2), row.Data.Item3)),
        .. WrongTexts.Of(mask).Select(static row => (row.Name, row.Bytes, 1007)),
    ];

    /// <summary>Closes that are right, which are answered with their own code; the last has none.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes, int Code)> Closes(uint? mask) =>
    [
        .. CloseCodes.All.Select(code => ($"a right close with {code}", RawFrame.MakeClose(code, "bye", mask), code)),
        ("a close without a code", RawFrame.Make(RawFrame.Fin | RawFrame.Close, [], mask), 0),
    ];

    /// <summary>The bytes with the rest of the payload that their last frame announces, for peers that judge no frame before it is there; a payload that no peer waits for is left out.</summary>
    public static byte[] Whole(byte[] bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var (length, header) = (bytes[at + 1] & 0x7F) switch
            {
                126 => (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 2)), 4),
                127 => (BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at + 2)), 10),
                var few => ((ulong)few, 2),
            };
            if (length > Endless)
                return bytes;
            at += header + ((bytes[at + 1] & 0x80) == 0 ? 0 : 4) + (int)length;
        }

        return [.. bytes, .. new byte[at - bytes.Length]];
    }
}
