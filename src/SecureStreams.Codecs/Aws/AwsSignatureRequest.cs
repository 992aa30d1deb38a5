using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.Aws;

/// <summary>What of a request is signed. It holds no key, but a field may be a session token.</summary>
public sealed class AwsSignatureRequest
{
    /// <summary>The method, as on the wire.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query as on the wire, percent-encoded; empty means <c>/</c>. Text that is not encoded is taken as it stands, in UTF-8.</summary>
    public required string Target { get; init; }

    /// <summary>
    /// The fields to sign, in any order and spelling; <c>host</c> and <c>x-amz-date</c> have to be among them, by the rules of AWS. Several of one name are joined by
    /// commas in the order that they have here.
    /// </summary>
    public required IReadOnlyList<HttpField> Fields { get; init; }

    /// <summary>
    /// The SHA-256 of the body in lower-case hexadecimal digits, <see cref="AwsSignature.EmptyPayload"/>, <see cref="AwsSignature.UnsignedPayload"/>, or whatever else
    /// <c>x-amz-content-sha256</c> says.
    /// </summary>
    public required string PayloadHash { get; init; }

    /// <summary>How the path is written; see <see cref="AwsSignature.PathRulesOf"/>.</summary>
    public AwsPathRules PathRules { get; init; }
}
