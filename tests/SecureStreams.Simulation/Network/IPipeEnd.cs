namespace SecureStreams.Simulation.Network;

/// <summary>Where a pipe ends.</summary>
internal interface IPipeEnd
{
    void Arrived(ReadOnlySpan<byte> bytes);

    /// <summary>Nothing more comes this way.</summary>
    void Ended();
}
