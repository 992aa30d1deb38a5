namespace SecureStreams.Transports.LocalSink;

/// <summary>A piece on its way from one end to the other.</summary>
/// <param name="Buffer">A pooled buffer of its own, which a large piece has.</param>
/// <param name="Chunk">Where a small one stands. An empty one has neither.</param>
/// <param name="Offset">Where in the chunk.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Flags">As they were committed.</param>
internal readonly record struct LocalSinkPiece(byte[]? Buffer, LocalSinkChunk? Chunk, int Offset, int Length, SsTxFlags Flags)
{
    /// <summary>What a piece holds beside its payload, roughly: many small ones must count as well.</summary>
    private const int Overhead = 64;

    /// <summary>What it counts against a watermark.</summary>
    public int Cost => Length + Overhead;

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => Chunk is { } chunk ? chunk.Content.Slice(Offset, Length) : Buffer.AsSpan(0, Length);
}
