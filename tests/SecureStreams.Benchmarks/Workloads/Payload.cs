using System.Buffers.Binary;

namespace SecureStreams.Benchmarks.Workloads;

/// <summary>What messages hold: small ones their number, so that an echo can be told from another; the last one of a batch that goes one way is marked.</summary>
internal static class Payload
{
    /// <summary>The first byte of the last message of a batch; of all others it is 0.</summary>
    public const byte LastMark = 1;

    /// <summary>Bytes of the header that announces a batch of bytes.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Bytes of a number.</summary>
    public const int NumberBytes = 8;

    public static void Number(Span<byte> message, long number) => BinaryPrimitives.WriteInt64LittleEndian(message, number);

    public static long NumberOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64LittleEndian(message);

    /// <summary>An echo that is not what was sent.</summary>
    public static InvalidOperationException Wrong(long expected, long was) => new($"Echo {expected} came back as {was}.");
}
