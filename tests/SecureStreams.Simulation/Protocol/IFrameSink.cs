namespace SecureStreams.Simulation.Protocol;

/// <summary>Takes parsed frames.</summary>
internal interface IFrameSink
{
    /// <summary>A whole frame; false leaves it, and what follows, for later.</summary>
    bool TakeFrame(FrameType type, SsRxFlags flags, int number, ReadOnlySpan<byte> payload);
}
