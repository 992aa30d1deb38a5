using System.Globalization;
using System.Security.Cryptography;
using SecureStreams.Codecs.Aws;
using SecureStreams.Codecs.Http;
using SecureStreams.Core;

namespace SecureStreams.Transports.Http.Signing;

/// <summary>Signs requests (AWS Signature Version 4). Whatever else they carry has to be there before.</summary>
internal static class HttpSigner
{
    private const string DateName = "x-amz-date";
    private const string HashName = "x-amz-content-sha256";
    private const string TokenName = "x-amz-security-token";
    private const string Prefix = "x-amz-";
    private const string FieldName = "Authorization";

    // What AWS allows between the two clocks; S3 allows 15 minutes.
    private static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(5);

    /// <summary>Signs one. Where the application has set an Authorization header itself, it is left alone.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="blobs">Where the credentials are.</param>
    /// <param name="request">The request, whole but for the signature.</param>
    /// <param name="address">Where to.</param>
    /// <param name="hasBody">Whether it has a body that is not known to be empty.</param>
    /// <param name="now">The time of the attempt.</param>
    /// <returns>Why it cannot be sent, or null. It never tells a value.</returns>
    public static TransportFailure? Sign(SigningPlan plan, MetadataStore metadata, ISsBlobStore blobs, HttpRequestMessage request, Uri address, bool hasBody, DateTimeOffset now)
    {
        if (request.Headers.NonValidated.Contains(FieldName))
            return null;
        if (plan.Scope(metadata, out var region, out var service) is { } unknown)
            return unknown;
        if (PayloadHash(plan, request, address, hasBody, out var hash) is { } unhashed)
            return unhashed;

        SsBlob? blob;
        try
        {
            blob = blobs.Read(plan.Blob);
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            return Unusable(plan, "the store does not give it", error);
        }

        if (blob is null)
            return plan.Refuse(SsCauseCode.BlobMissing, "use_auth", $"use_auth needs the credentials in blob '{plan.Blob}', which is not in the store or has expired; set it, and the next attempt takes it");
        using (blob)
        {
            if (AwsCredentialText.Read(blob.Span, out var credentials) is { } problem)
                return Unusable(plan, problem);
            Set(request, DateName, AwsSignature.FormatTime(now));
            Set(request, HashName, hash);

            // Of this key and no other; without one of its own, what the application may have set goes along.
            if (credentials.Token is { } token)
                Set(request, TokenName, token);
            var scope = new AwsSignatureScope(AwsSignature.FormatTime(now), region, service);
            request.Headers.TryAddWithoutValidation(FieldName, Authorize(request, address, scope, hash, credentials));
        }

        return null;
    }

    /// <summary>What may be told of a refusal by its date: that the two clocks differ by more than signatures are allowed to. Null where they do not, or where there is no date.</summary>
    /// <param name="date">The Date header of the answer.</param>
    /// <param name="now">Our clock when it came.</param>
    public static string? SkewOf(string? date, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParseExact(date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var theirs) || (now - theirs).Duration() <= AllowedSkew)
            return null;
        var (minutes, side) = ((now - theirs).Duration().TotalMinutes, now > theirs ? "ahead of" : "behind");
        return string.Create(CultureInfo.InvariantCulture, $"The clock of this side is {minutes:0} minutes {side} the peer's, and a signature is good for 5 (S3: 15) around its time; set the clock.");
    }

    private static string Authorize(HttpRequestMessage request, Uri address, in AwsSignatureScope scope, string hash, in AwsCredentialText credentials)
    {
        Span<byte> key = stackalloc byte[AwsSignature.KeyBytes];
        try
        {
            AwsSignature.DeriveKey(credentials.Secret, scope, key);
            var target = new AwsSignatureRequest
            {
                Method = request.Method.Method,
                Target = address.PathAndQuery,
                Fields = FieldsOf(request, address),
                PayloadHash = hash,
                PathRules = AwsSignature.PathRulesOf(scope.Service),
            };
            return AwsSignature.Authorize(target, scope, credentials.Id, key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>What AWS wants signed: the host, the type of the body, and every header of its own. Others may be changed on the way.</summary>
    private static List<HttpField> FieldsOf(HttpRequestMessage request, Uri address)
    {
        var fields = new List<HttpField>(8);
        var host = HttpTarget.HostOf(address);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                host = values.ToString();
            else if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                fields.Add(new HttpField(name, values.ToString())); // Several values go out as one, as this joins them.
        }

        fields.Add(new HttpField("Host", host));
        if (request.Content is { } content && content.Headers.NonValidated.TryGetValues("Content-Type", out var type))
            fields.Add(new HttpField("Content-Type", type.ToString()));
        return fields;
    }

    /// <summary>What the application says; of an empty body, its hash; else that the body is not signed, which needs TLS to keep others from changing it.</summary>
    private static TransportFailure? PayloadHash(SigningPlan plan, HttpRequestMessage request, Uri address, bool hasBody, out string hash)
    {
        hash = request.Headers.NonValidated.TryGetValues(HashName, out var stated) ? stated.ToString() : "";
        if (hash.Length > 0)
            return null;
        hash = hasBody ? AwsSignature.UnsignedPayload : AwsSignature.EmptyPayload;
        return !hasBody || address.Scheme == Uri.UriSchemeHttps
            ? null
            : plan.Refuse(SsCauseCode.NotSupported, "tls",
                $"the body is not known when the head is signed, and without TLS it must not be left unsigned; set metadata for header '{HashName}' to its SHA-256 in hexadecimal digits, or set \"tls\": true");
    }

    private static void Set(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private static TransportFailure Unusable(SigningPlan plan, string problem, Exception? error = null) =>
        plan.Refuse(SsCauseCode.BlobUnusable, "use_auth", $"use_auth cannot sign with blob '{plan.Blob}': {problem}", error);
}
