using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureStreams.TestSupport.Handlers;

/// <summary>
/// Bytes that look random and are a pure function of seed and position, so that both ends of a transfer make them without sending or holding them.
/// </summary>
public static class DeterministicBytes
{
    /// <summary>The first <paramref name="length"/> bytes of <paramref name="seed"/>.</summary>
    public static byte[] Make(int length, int seed = 0)
    {
        var bytes = new byte[length];
        Fill(bytes, 0, seed);
        return bytes;
    }

    /// <summary>Fills <paramref name="destination"/> with what stands from <paramref name="position"/> on.</summary>
    public static void Fill(Span<byte> destination, long position, int seed = 0)
    {
        Span<byte> block = stackalloc byte[8];
        while (!destination.IsEmpty)
        {
            var offset = (int)(position & 7);
            BinaryPrimitives.WriteUInt64LittleEndian(block, Mix((ulong)(position >> 3), (uint)seed));
            var count = Math.Min(8 - offset, destination.Length);
            block.Slice(offset, count).CopyTo(destination);
            destination = destination[count..];
            position += count;
        }
    }

    /// <summary>The SHA-256 of the first <paramref name="length"/> bytes, in lower-case hex.</summary>
    public static string Sha256(long length, int seed = 0)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        for (long position = 0; position < length;)
        {
            var count = (int)Math.Min(buffer.Length, length - position);
            Fill(buffer.AsSpan(0, count), position, seed);
            hash.AppendData(buffer, 0, count);
            position += count;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The same as a stream that can be read again from the beginning.</summary>
    public static Stream Open(long length, int seed = 0) => new DeterministicStream(length, seed);

    // The finaliser of a 64-bit multiplicative hash: neighbouring counters give unrelated words.
    private static ulong Mix(ulong counter, uint seed)
    {
        unchecked
        {
            var x = (counter + 1) * 0x9E3779B97F4A7C15UL ^ ((ulong)seed << 32 | ~seed);
            x = (x ^ (x >> 31)) * 0xD6E8FEB86659FD93UL;
            x = (x ^ (x >> 29)) * 0xA0761D6478BD642FUL;
            return x ^ (x >> 32);
        }
    }
}
