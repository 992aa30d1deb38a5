using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using SecureStreams.Codecs.Aws;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.Tests.Aws;

/// <summary>Signatures compared with those of the signer in AWS's own SDK, over requests by chance.</summary>
public sealed class AwsSdkTests
{
    private const int Requests = 400;
    private const string Plain = "abcXYZ019-._~";
    private const string Characters = Plain + " !$&'()*+,;=:@%/ü漢\"<>?#";

    [Fact]
    public void Requests_by_chance_have_the_signature_that_the_sdk_gives_them()
    {
        for (var seed = 0; seed < Requests; seed++)
        {
            var random = new Random(seed);
            var service = random.Next(2) == 0 ? "s3" : "execute-api";
            var region = random.Next(2) == 0 ? "eu-west-1" : "us-gov-east-1";
            var time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next(100_000_000));
            var (id, secret) = ("AKID" + random.Next(), Text(random, 40, "abcdefXYZ0123456789+/"));
            var method = new[] { "GET", "PUT", "POST", "DELETE" }[random.Next(4)];
            var segments = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random, random.Next(1, 12), Characters.Replace("/", "", StringComparison.Ordinal)).Replace('.', '_')).ToList();

            // The SDK sorts names as they are, and not as they are encoded, which the suite asks for: names here are the same both ways.
            var parameters = Enumerable.Range(0, random.Next(5)).Select(i => KeyValuePair.Create(Text(random, random.Next(1, 6), Plain) + i, Text(random, random.Next(8), Characters))).ToList();
            var hash = random.Next(2) == 0 ? AwsSignature.UnsignedPayload : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([(byte)seed]));
            var scope = new AwsSignatureScope(time.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), region, service);
            var headers = new Dictionary<string, string>
            {
                ["Host"] = $"h{random.Next()}.example",
                ["X-Amz-Date"] = scope.Time,
                ["x-amz-content-sha256"] = hash,
                ["Content-Type"] = "text/plain;  charset=utf-8",
            };
            for (var i = random.Next(4); i > 0; i--)
                headers[$"X-Amz-Meta-{(char)random.Next('A', 'Z')}{i}_{(char)random.Next('a', 'z')}"] = Text(random, random.Next(1, 20), "ab c  Dü1");

            // The SDK is given text, we what is on the wire; its order is by chance there.
            var wire = string.Concat(segments.Select(static one => "/" + Uri.EscapeDataString(one))) +
                (parameters.Count == 0 ? "" : "?" + string.Join('&', parameters.OrderBy(_ => random.Next()).Select(static one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}")));
            var ours = AwsBench.Sign(
                new AwsSignatureRequest
                {
                    Method = method,
                    Target = wire,
                    Fields = [.. headers.OrderBy(_ => random.Next()).Select(static one => new HttpField(one.Key, one.Value))],
                    PayloadHash = hash,
                    PathRules = AwsSignature.PathRulesOf(service),
                },
                scope,
                id,
                secret);
            var (canonical, field) = SdkSigner.Sign(method, segments, parameters, headers, hash, time, region, service, id, secret);
            Assert.True(canonical == ours.Canonical, $"Seed {seed}; the SDK has\n{canonical}\n\nand we have\n{ours.Canonical}");
            Assert.Equal(field, ours.Field);
        }
    }

    private static string Text(Random random, int length, string from)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(from[random.Next(from.Length)]);
        return text.ToString();
    }

    /// <summary>The steps that the SDK's signer takes for a request of its own.</summary>
    private sealed class SdkSigner : AWS4Signer
    {
        public static (string Canonical, string Field) Sign(
            string method, List<string> segments, List<KeyValuePair<string, string>> parameters, Dictionary<string, string> headers, string hash, DateTime time, string region, string service, string id, string secret)
        {
            // What stands in a path of the service's own is not encoded; what stands in its places is.
            var places = segments.Select(static (one, i) => KeyValuePair.Create($"{{p{i}}}", one)).ToDictionary();
            var path = string.Concat(places.Keys.Select(static place => "/" + place));
            var sorted = SortAndPruneHeaders(headers);
            var canonical = CanonicalizeRequest(new Uri("https://h.example"), path, method, sorted, CanonicalizeQueryParameters(parameters), hash, places, service != "s3");
            var result = ComputeSignature(new ImmutableCredentials(id, secret, null), region, time, service, CanonicalizeHeaderNames(sorted), canonical);
            return (canonical, result.ForAuthorizationHeader);
        }
    }
}
