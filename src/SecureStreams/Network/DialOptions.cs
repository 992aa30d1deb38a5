namespace SecureStreams.Network;

/// <summary>
/// What a policy says of the way to a peer, after expansion: everything about a dial but the peer itself and TLS. Equality is what connection pools are keyed by:
/// connections that were made in different ways are never shared.
/// </summary>
internal sealed record DialOptions
{
    /// <summary>What holds where a policy says nothing.</summary>
    public static DialOptions Default { get; } = new();
}
