namespace SecureStreams.Network;

/// <summary>How long each phase of a dial took; of one that is under way, or has failed, so far.</summary>
/// <param name="Names">Resolving; zero for literals.</param>
/// <param name="Connect">From the first address tried to the connected socket.</param>
/// <param name="Tls">The handshake; zero for plaintext.</param>
internal readonly record struct DialTimings(TimeSpan Names, TimeSpan Connect, TimeSpan Tls)
{
    /// <summary>From the connection to the proxy to its word that the way is open; zero without one.</summary>
    public TimeSpan Proxy { get; init; }
}
