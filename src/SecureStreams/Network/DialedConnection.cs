namespace SecureStreams.Network;

/// <summary>A connection that is ready for its protocol.</summary>
/// <param name="Stream">The bytes: an authenticated <see cref="TlsStream"/>, unwrapped, or the counting stream itself. Disposing it closes the socket.</param>
/// <param name="Wire">The counting stream below TLS.</param>
/// <param name="RemoteAddress">The address and port reached, as text.</param>
/// <param name="Timings">Phase timings.</param>
/// <param name="Candidates">Every address tried.</param>
internal sealed record DialedConnection(
    Stream Stream,
    CountingStream Wire,
    string RemoteAddress,
    DialTimings Timings,
    IReadOnlyList<SsCandidate> Candidates)
{
    /// <summary>Stands for the identity it was made with; null for none.</summary>
    public string? IdentityStamp { get; init; }

    /// <summary>What is to be said of it, where <see cref="DialTarget.WantsFacts"/>.</summary>
    public ConnectionFacts? Facts { get; init; }
}
