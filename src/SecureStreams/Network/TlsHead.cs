using System.Buffers.Binary;

namespace SecureStreams.Network;

/// <summary>What the first bytes of a TLS server say, as far as they are not encrypted (RFC 8446 sections 4.1.3 and 5.1).</summary>
internal static class TlsHead
{
    /// <summary>How many bytes there are to look at: the head of a record, that of a message, and a version.</summary>
    public const int Length = 11;

    private const byte HandshakeRecord = 0x16;
    private const byte ServerHello = 2;

    /// <summary>The version that the server chose when it is older than TLS 1.2; null for a newer one, and when it said none.</summary>
    public static string? OldVersion(ReadOnlySpan<byte> head)
    {
        if (head.Length < Length || head[0] != HandshakeRecord || head[5] != ServerHello)
            return null;
        return BinaryPrimitives.ReadUInt16BigEndian(head[9..]) switch
        {
            0x0300 => "SSL 3.0",
            0x0301 => "TLS 1.0",
            0x0302 => "TLS 1.1",
            _ => null,
        };
    }
}
