using System.Buffers.Binary;
using System.Diagnostics;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>What a message of the crowd holds: its number on its connection, and when it was sent.</summary>
internal static class CrowdMessage
{
    /// <summary>Fills in both, with the present moment.</summary>
    public static void Write(Span<byte> message, long number)
    {
        Payload.Number(message, number);
        BinaryPrimitives.WriteInt64LittleEndian(message[Payload.NumberBytes..], Stopwatch.GetTimestamp());
    }

    /// <summary>When it was sent.</summary>
    public static long SentAt(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt64LittleEndian(message[Payload.NumberBytes..]);
}
