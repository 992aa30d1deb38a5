using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SecureStreams.Codecs.Aws;

/// <summary>
/// AWS Signature Version 4 in the Authorization field: of a request and a key made from the secret, without a clock and without keeping anything. Safe from any
/// thread. No exception tells a value that it was given.
/// </summary>
/// <remarks>The specification: "AWS Signature Version 4 for API requests" in the AWS Identity and Access Management User Guide, and for S3 "Authenticating Requests" in the Amazon S3 API Reference.</remarks>
public static class AwsSignature
{
    /// <summary>What the Authorization field begins with.</summary>
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The payload hash of a request without a body, or with an empty one.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The payload hash of a request whose body is not signed; for TLS only, and for services that allow it, of which S3 is one.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>The length of a key made by <see cref="DeriveKey"/>.</summary>
    public const int KeyBytes = 32;

    /// <summary>The longest secret that is taken; those of AWS have 40 bytes.</summary>
    public const int MaxSecretBytes = 512;

    internal const string Terminator = "aws4_request";

    // The canonical request of most requests; longer ones rent.
    private const int UsualBytes = 1024;

    /// <summary>A moment as <c>x-amz-date</c> has it: <c>20150830T123600Z</c>.</summary>
    /// <param name="time">The moment, in any offset.</param>
    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The rules for paths that a service has: <see cref="AwsPathRules.Verbatim"/> for S3 and its relatives.</summary>
    /// <param name="service">The service by the name that it signs with.</param>
    public static AwsPathRules PathRulesOf(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service is "s3" or "s3express" || service.StartsWith("s3-", StringComparison.Ordinal) ? AwsPathRules.Verbatim : AwsPathRules.Normalized;
    }

    /// <summary>Makes the key that signs for one day, region and service. What lay between is cleared; the caller clears <paramref name="key"/>, and may keep it for the day.</summary>
    /// <param name="secret">The secret access key, 1 to <see cref="MaxSecretBytes"/> bytes.</param>
    /// <param name="scope">The day, region and service.</param>
    /// <param name="key">Where to: <see cref="KeyBytes"/> bytes.</param>
    /// <exception cref="ArgumentException">The secret or the room has not the size for it.</exception>
    public static void DeriveKey(ReadOnlySpan<byte> secret, in AwsSignatureScope scope, Span<byte> key)
    {
        if (secret.Length is 0 or > MaxSecretBytes)
            throw new ArgumentException($"A secret has 1 to {MaxSecretBytes} bytes; this one has {secret.Length}.", nameof(secret));
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes; the room has {key.Length}.", nameof(key));

        Span<byte> first = stackalloc byte[4 + MaxSecretBytes];
        Span<byte> other = stackalloc byte[KeyBytes];
        try
        {
            "AWS4"u8.CopyTo(first);
            secret.CopyTo(first[4..]);
            Mac(first[..(4 + secret.Length)], scope.Date, key);
            Mac(key, scope.Region, other);
            Mac(other, scope.Service, key);
            Mac(key, Terminator, other);
            other.CopyTo(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(first);
            CryptographicOperations.ZeroMemory(other);
        }
    }

    /// <summary>Signs a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="scope">What the signature is good for.</param>
    /// <param name="accessKeyId">Whose signature it is; goes into the field.</param>
    /// <param name="key">The key that <see cref="DeriveKey"/> made for the same scope.</param>
    /// <returns>The value of the Authorization field.</returns>
    /// <exception cref="ArgumentException">The key has not the size of one.</exception>
    public static string Authorize(AwsSignatureRequest request, in AwsSignatureScope scope, string accessKeyId, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(accessKeyId);
        if (key.Length != KeyBytes)
            throw new ArgumentException($"A key has {KeyBytes} bytes; this one has {key.Length}.", nameof(key));

        var text = new AwsText(stackalloc byte[UsualBytes]);
        try
        {
            var signed = AwsCanonicalRequest.Write(request, ref text);
            var names = Encoding.UTF8.GetString(text.Written[signed]);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(text.Written, hash);
            text.Clear();
            WriteStringToSign(hash, scope, ref text);
            HMACSHA256.HashData(key, text.Written, hash);
            return $"{Algorithm} Credential={accessKeyId}/{scope}, SignedHeaders={names}, Signature={Convert.ToHexStringLower(hash)}";
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>What is signed in the end: the moment, the scope and the hash of the canonical request.</summary>
    internal static void WriteStringToSign(scoped ReadOnlySpan<byte> canonicalHash, in AwsSignatureScope scope, ref AwsText text)
    {
        text.Append(Algorithm);
        text.Append((byte)'\n');
        text.Append(scope.Time);
        text.Append((byte)'\n');
        text.Append(scope.ToString());
        text.Append((byte)'\n');
        text.Append(Convert.ToHexStringLower(canonicalHash));
    }

    private static void Mac(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<char> data, Span<byte> result)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (Encoding.UTF8.TryGetBytes(data, bytes, out var length))
            HMACSHA256.HashData(key, bytes[..length], result);
        else
            HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(data.ToArray()), result);
    }
}
