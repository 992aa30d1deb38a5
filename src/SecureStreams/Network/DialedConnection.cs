namespace SecureStreams.Network;

/// <summary>A connection that is ready for its protocol.</summary>
/// <param name="Stream">The bytes: an authenticated <see cref="TlsStream"/>, unwrapped, or the counting stream itself. Disposing it closes the socket.</param>
/// <param name="Wire">The counting stream below TLS.</param>
/// <param name="RemoteAddress">The address and port reached, as text; the proxy's where there is one.</param>
/// <param name="Timings">Phase timings.</param>
/// <param name="Candidates">Every address tried.</param>
internal sealed record DialedConnection(
    Stream Stream,
    CountingStream Wire,
    string RemoteAddress,
    DialTimings Timings,
    IReadOnlyList<SsCandidate> Candidates)
{
    /// <summary>The same for operators; null only where a test makes a connection by hand.</summary>
    public SsConnection? Summary { get; init; }

    /// <summary>What the name stood for; empty where there was none.</summary>
    public IReadOnlyList<System.Net.IPAddress> Addresses { get; init; } = [];

    /// <summary>Stands for the identity it was made with; null for none.</summary>
    public string? IdentityStamp { get; init; }

    /// <summary>What is to be said of it, where <see cref="DialTarget.WantsFacts"/>.</summary>
    public ConnectionFacts? Facts { get; init; }
}
