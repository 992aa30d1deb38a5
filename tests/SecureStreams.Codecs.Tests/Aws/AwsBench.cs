using System.Security.Cryptography;
using System.Text;
using SecureStreams.Codecs.Aws;

namespace SecureStreams.Codecs.Tests.Aws;

/// <summary>The steps of a signature, one by one.</summary>
internal static class AwsBench
{
    public static string Canonical(AwsSignatureRequest request)
    {
        var text = new AwsText([]);
        AwsCanonicalRequest.Write(request, ref text);
        var canonical = Encoding.UTF8.GetString(text.Written);
        text.Dispose();
        return canonical;
    }

    public static (string Canonical, string ToSign, string Field) Sign(AwsSignatureRequest request, AwsSignatureScope scope, string accessKeyId, string secret)
    {
        var canonical = Canonical(request);
        var text = new AwsText([]);
        AwsSignature.WriteStringToSign(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)), scope, ref text);
        var toSign = Encoding.UTF8.GetString(text.Written);
        text.Dispose();
        var key = new byte[AwsSignature.KeyBytes];
        AwsSignature.DeriveKey(Encoding.UTF8.GetBytes(secret), scope, key);
        return (canonical, toSign, AwsSignature.Authorize(request, scope, accessKeyId, key));
    }
}
