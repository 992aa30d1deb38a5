using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>The public keys that a peer may have, by the hash of their SubjectPublicKeyInfo (RFC 7469 section 2.4). Compared by value; the order of the policy is none.</summary>
internal sealed class TlsPins : IEquatable<TlsPins>
{
    private readonly ImmutableArray<string> _hashes;

    public TlsPins(IEnumerable<string> hashes, bool anyOfChain)
    {
        _hashes = [.. hashes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        AnyOfChain = anyOfChain;
    }

    /// <summary>Whether any certificate of the verified chain may have the key, the trusted one included; else only the peer's own.</summary>
    public bool AnyOfChain { get; }

    /// <summary>The pins of a policy; null when it has none.</summary>
    public static TlsPins? Of(StreamTypePolicy policy) => policy.Find("tls_pins") is { Value.Items.IsEmpty: false } stated
        ? new TlsPins(stated.Value.Items.Select(static one => one.Text), policy.Find("tls_pin_scope")?.Value.Text == "chain")
        : null;

    /// <summary>The hash of a certificate's key, as policies write it.</summary>
    public static string HashOf(X509Certificate2 certificate) => $"sha256/{Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()))}";

    /// <summary>Whether the key with <paramref name="hash"/> is one of them.</summary>
    public bool Contains(string hash) => _hashes.Contains(hash, StringComparer.Ordinal);

    public bool Equals(TlsPins? other) => other is not null && AnyOfChain == other.AnyOfChain && _hashes.AsSpan().SequenceEqual(other._hashes.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as TlsPins);

    public override int GetHashCode() => HashCode.Combine(AnyOfChain, _hashes.Length, _hashes[0]);
}
