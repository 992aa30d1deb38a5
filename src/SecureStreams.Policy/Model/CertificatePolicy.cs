using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>One entry of <c>certs</c>: a certificate, or the key of a listener.</summary>
public sealed record CertificatePolicy : PolicyPart
{
    /// <summary>The DER bytes; empty when the document does not carry them (elided with <c>...</c>, or not base64): <see cref="Problem"/> says so.</summary>
    public required ImmutableArray<byte> Der { get; init; }

    /// <summary>Why it cannot be used, or null.</summary>
    public required string? Problem { get; init; }

    /// <summary>By value, bytes included.</summary>
    public bool Equals(CertificatePolicy? other) =>
        other is not null && Name == other.Name && Problem == other.Problem && Der.AsSpan().SequenceEqual(other.Der.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Der.Length);
}
