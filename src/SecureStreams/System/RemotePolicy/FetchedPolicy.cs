using System.Security.Cryptography;

namespace SecureStreams.Remote;

/// <summary>A document as it came, whole, not judged yet.</summary>
/// <param name="Policy">Its exact bytes.</param>
/// <param name="ETag">What the server called it; empty for nothing.</param>
/// <param name="Signatures">Its signatures as they came; empty for none.</param>
internal sealed record FetchedPolicy(ReadOnlyMemory<byte> Policy, string ETag, ReadOnlyMemory<byte> Signatures)
{
    /// <summary>The SHA-256 of the document.</summary>
    public string Hash { get; } = HashOf(Policy.Span);

    public static string HashOf(ReadOnlySpan<byte> policy) => Convert.ToHexStringLower(SHA256.HashData(policy));
}
