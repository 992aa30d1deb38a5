using SecureStreams.Network.Identities;
using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>
/// What a policy says of TLS, whoever the peer is. Equality is what connection pools are keyed by, and what sessions are resumed within: nothing is shared between
/// different trust, identity or pins.
/// </summary>
/// <param name="TrustStore">What the peer's chain must end in, compared by value; null for the operating system's store.</param>
internal sealed record TlsOptions(TrustStorePolicy? TrustStore)
{
    /// <summary>The names of what this side shows of itself; null for nothing.</summary>
    public TlsIdentity? Identity { get; init; }

    /// <summary>The keys that the peer may have; null for any that the trust store vouches for.</summary>
    public TlsPins? Pins { get; init; }

    /// <summary>Whether it is asked for each handshake that the peer's certificate, and those above it, have not been revoked.</summary>
    public bool ChecksRevocation { get; init; }

    /// <summary>What <paramref name="policy"/> says.</summary>
    public static TlsOptions Of(StreamTypePolicy policy) => new(policy.TrustStore)
    {
        Identity = TlsIdentity.Of(policy),
        Pins = TlsPins.Of(policy),
        ChecksRevocation = policy.Find("tls_revocation")?.Value.Text == "online",
    };

    /// <summary>The same for a peer that the policy does not name, where a redirect led: it is judged as strictly, and is not shown who asks.</summary>
    public TlsOptions ForStranger() => Identity is null ? this : this with { Identity = null };
}
