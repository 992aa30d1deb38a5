using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Remote;

/// <summary>
/// One policy in one file. Numbers are big-endian. 8 bytes that say so, 4 of the version of this format (1), 8 of the sequence, 8 of the revision (-1 for none), 8 of the time in milliseconds since
/// 1970, 3 x 4 of the lengths of ETag (UTF-8), signatures and policy, 32 of the SHA-256 of all the rest; then the three. Pure.
/// </summary>
internal static class SlotFormat
{
    /// <summary>Bytes before the ETag.</summary>
    public const int HeaderBytes = ChecksumAt + SHA256.HashSizeInBytes;

    /// <summary>The largest ETag that is kept.</summary>
    public const int LargestETag = 1024;

    /// <summary>The largest file.</summary>
    public const int LargestBytes = HeaderBytes + LargestETag + PolicySignatures.LargestBytes + SsContextExtensions.LargestPolicyBytes;

    private const int Version = 1;
    private const int ChecksumAt = 8 + 4 + 8 + 8 + 8 + (3 * 4);

    private static ReadOnlySpan<byte> Magic => "SSPOLCY\n"u8;

    public static byte[] Write(PolicySlot slot)
    {
        var etag = Encoding.UTF8.GetBytes(slot.ETag);
        var file = new byte[HeaderBytes + etag.Length + slot.Signatures.Length + slot.Policy.Length];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(12), slot.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(20), slot.Revision ?? -1);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(28), slot.StoredAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(36), etag.Length);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(40), slot.Signatures.Length);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(44), slot.Policy.Length);
        etag.CopyTo(file, HeaderBytes);
        slot.Signatures.Span.CopyTo(file.AsSpan(HeaderBytes + etag.Length));
        slot.Policy.Span.CopyTo(file.AsSpan(HeaderBytes + etag.Length + slot.Signatures.Length));
        Checksum(file, file.AsSpan(ChecksumAt, SHA256.HashSizeInBytes));
        return file;
    }

    /// <summary>Reads one back.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">Why it is none.</param>
    /// <returns>The policy; null when anything is wrong with it.</returns>
    public static PolicySlot? Read(ReadOnlyMemory<byte> file, out string problem)
    {
        var bytes = file.Span;
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Magic))
            return None(out problem, bytes.Length == 0 ? "it is empty" : "it does not begin as one");
        if (BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) is not Version and var version)
            return None(out problem, $"it has version {version} of the format, and this release reads {Version}");
        Span<byte> checksum = stackalloc byte[SHA256.HashSizeInBytes];
        Checksum(bytes, checksum);
        if (!checksum.SequenceEqual(bytes.Slice(ChecksumAt, SHA256.HashSizeInBytes)))
            return None(out problem, "its checksum is wrong: it was cut off or damaged");

        // Whoever can make the checksum right can also state any lengths.
        long etag = BinaryPrimitives.ReadUInt32BigEndian(bytes[36..]), signatures = BinaryPrimitives.ReadUInt32BigEndian(bytes[40..]), policy = BinaryPrimitives.ReadUInt32BigEndian(bytes[44..]);
        if (etag > LargestETag || signatures > PolicySignatures.LargestBytes || HeaderBytes + etag + signatures + policy != bytes.Length)
            return None(out problem, "its lengths do not fit");
        var stored = BinaryPrimitives.ReadInt64BigEndian(bytes[28..]);
        if (stored < 0 || stored > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return None(out problem, "it was stored at a time that is none");

        problem = "";
        var revision = BinaryPrimitives.ReadInt64BigEndian(bytes[20..]);
        var body = file[HeaderBytes..];
        return new PolicySlot
        {
            Sequence = BinaryPrimitives.ReadInt64BigEndian(bytes[12..]),
            Revision = revision < 0 ? null : revision,
            StoredAt = DateTimeOffset.FromUnixTimeMilliseconds(stored),
            ETag = Encoding.UTF8.GetString(body.Span[..(int)etag]),
            Signatures = body.Slice((int)etag, (int)signatures),
            Policy = body[(int)(etag + signatures)..],
        };
    }

    private static void Checksum(ReadOnlySpan<byte> file, Span<byte> checksum)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..ChecksumAt]);
        hash.AppendData(file[HeaderBytes..]);
        hash.GetHashAndReset(checksum);
    }

    private static PolicySlot? None(out string problem, string why)
    {
        problem = why;
        return null;
    }
}
