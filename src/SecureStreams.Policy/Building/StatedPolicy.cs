namespace SecureStreams.Policy;

/// <summary>A checked policy, not yet built: what a text or a compiled policy states. Every name in it is known to resolve.</summary>
internal sealed class StatedPolicy
{
    public required IReadOnlyList<string> Layers { get; init; }

    public required PolicyAttributeValue[] Document { get; init; }

    public required IReadOnlyList<CertificatePolicy> Certificates { get; init; }

    public required IReadOnlyList<StatedPart> Retries { get; init; }

    public required IReadOnlyList<StatedPart> TrustStores { get; init; }

    public required IReadOnlyList<StatedPart> Auths { get; init; }

    public required IReadOnlyList<StatedPart> Metrics { get; init; }

    public required IReadOnlyList<StatedPart> StreamTypes { get; init; }
}
