using System.Text;
using SecureStreams.Codecs.Aws;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.Tests.Aws;

/// <summary>Signatures as AWS publishes them.</summary>
public sealed class AwsSignatureTests
{
    public static TheoryData<string> Cases => [.. AwsVector.Names];

    [Fact]
    public void The_suite_is_whole() => Assert.Equal(38, AwsVector.Names.Distinct().Count());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_case_of_the_suite_comes_out(string name)
    {
        var vector = AwsVector.Of(name);
        var (canonical, toSign, field) = AwsBench.Sign(vector.Request, AwsVector.Scope, AwsVector.AccessKeyId, AwsVector.Secret);
        Assert.Equal(vector.CanonicalRequest, canonical);
        Assert.Equal(vector.StringToSign, toSign);
        Assert.Equal(vector.Authorization, field);
    }

    [Fact]
    public void The_key_of_the_guide_comes_out()
    {
        var key = new byte[AwsSignature.KeyBytes];
        AwsSignature.DeriveKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"u8, new AwsSignatureScope("20150830T123600Z", "us-east-1", "iam"), key);
        Assert.Equal("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9", Convert.ToHexStringLower(key));
    }

    /// <summary>The examples of "Signature Calculations for the Authorization Header" in the Amazon S3 API Reference.</summary>
    [Theory]
    [InlineData("GET", "/test.txt", "Range=bytes=0-9", AwsSignature.EmptyPayload, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("PUT", "/test$file.text", "Date=Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class=REDUCED_REDUNDANCY", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/?lifecycle", "", AwsSignature.EmptyPayload, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/?max-keys=2&prefix=J", "", AwsSignature.EmptyPayload, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Each_example_of_S3_comes_out(string method, string target, string more, string hash, string signature)
    {
        var scope = new AwsSignatureScope("20130524T000000Z", "us-east-1", "s3");
        List<HttpField> fields = [new("Host", "examplebucket.s3.amazonaws.com"), new("x-amz-date", scope.Time), new("x-amz-content-sha256", hash)];
        foreach (var field in more.Split('|', StringSplitOptions.RemoveEmptyEntries))
            fields.Add(new HttpField(field[..field.IndexOf('=')], field[(field.IndexOf('=') + 1)..]));
        var request = new AwsSignatureRequest { Method = method, Target = target, Fields = fields, PayloadHash = hash, PathRules = AwsSignature.PathRulesOf("s3") };
        Assert.EndsWith($", Signature={signature}", AwsBench.Sign(request, scope, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", AwsPathRules.Normalized, "/")]
    [InlineData("", AwsPathRules.Verbatim, "/")]
    [InlineData("/a%20b/c(d)", AwsPathRules.Normalized, "/a%2520b/c%28d%29")]
    [InlineData("/a%20b/c(d)", AwsPathRules.Verbatim, "/a%20b/c%28d%29")]
    [InlineData("/photos%2fJan/%7e", AwsPathRules.Verbatim, "/photos/Jan/~")]
    [InlineData("/photos%2fJan", AwsPathRules.Normalized, "/photos%252fJan")]
    [InlineData("/a/../../b/./c//", AwsPathRules.Normalized, "/b/c/")]
    [InlineData("/a/../b//c", AwsPathRules.Verbatim, "/a/../b//c")]
    [InlineData("/100%/%zz%4", AwsPathRules.Verbatim, "/100%25/%25zz%254")]
    [InlineData("/+", AwsPathRules.Verbatim, "/%2B")]
    [InlineData("/ü", AwsPathRules.Verbatim, "/%C3%BC")]
    public void Paths_are_written_in_one_way(string path, AwsPathRules rules, string expected) =>
        Assert.Equal(expected, AwsBench.Canonical(new AwsSignatureRequest { Method = "GET", Target = path, Fields = [], PayloadHash = "", PathRules = rules }).Split('\n')[1]);

    [Theory]
    [InlineData("?", "")]
    [InlineData("?&&", "")]
    [InlineData("?b&a=2&a=10&a", "a=&a=10&a=2&b=")]
    [InlineData("?b=1&a%62=2&aB=3", "aB=3&ab=2&b=1")]
    [InlineData("?k=a%20b+c/d=e%2f", "k=a%20b%2Bc%2Fd%3De%2F")]
    [InlineData("?a-b=1&a=2", "a=2&a-b=1")]
    [InlineData("?=x&y?z=1", "=x&y%3Fz=1")]
    public void Queries_are_sorted_in_their_encoded_form(string query, string expected) =>
        Assert.Equal(expected, AwsBench.Canonical(new AwsSignatureRequest { Method = "GET", Target = "/" + query, Fields = [], PayloadHash = "" }).Split('\n')[2]);

    [Fact]
    public void Fields_are_sorted_in_lower_case_and_trimmed()
    {
        var request = new AwsSignatureRequest
        {
            Method = "GET",
            Target = "/",
            Fields = [new("x-amz-meta-b", " 1 \t 2 "), new("X-Amz-Meta_A", ""), new("HOST", "h"), new("X-AMZ-META-B", "3"), new("x-amz-meta-ü", "ü")],
            PayloadHash = "",
        };
        Assert.Equal("GET\n/\n\nhost:h\nx-amz-meta-b:1 2,3\nx-amz-meta-ü:ü\nx-amz-meta_a:\n\nhost;x-amz-meta-b;x-amz-meta-ü;x-amz-meta_a\n", AwsBench.Canonical(request));
    }

    [Theory]
    [InlineData("s3", AwsPathRules.Verbatim)]
    [InlineData("s3-outposts", AwsPathRules.Verbatim)]
    [InlineData("s3express", AwsPathRules.Verbatim)]
    [InlineData("s3tables", AwsPathRules.Normalized)]
    [InlineData("execute-api", AwsPathRules.Normalized)]
    public void S3_and_its_relatives_have_paths_of_their_own(string service, AwsPathRules rules) => Assert.Equal(rules, AwsSignature.PathRulesOf(service));

    [Theory]
    [InlineData(0, 32)]
    [InlineData(513, 32)]
    [InlineData(40, 31)]
    public void What_cannot_be_a_secret_or_a_key_is_refused_and_not_told(int secret, int room)
    {
        var error = Assert.Throws<ArgumentException>(() => AwsSignature.DeriveKey(Encoding.ASCII.GetBytes(new string('q', secret)), AwsVector.Scope, new byte[room]));
        Assert.DoesNotContain("qq", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AwsSignature.Authorize(AwsVector.Of("get-vanilla").Request, AwsVector.Scope, "id", new byte[room - 1]));
    }

    [Fact]
    public void A_request_does_not_tell_its_fields() =>
        Assert.DoesNotContain("AQoDYXdz", AwsVector.Of("post-sts-header-before").Request.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Times_are_written_in_UTC() =>
        Assert.Equal("20150830T123600Z", AwsSignature.FormatTime(new DateTimeOffset(2015, 8, 30, 14, 36, 0, TimeSpan.FromHours(2))));

    [Fact]
    public void Long_requests_sign_too()
    {
        // Beyond every buffer that is on the stack: a long path, a long query, many fields and a long region.
        var fields = Enumerable.Range(0, 60).Select(static i => new HttpField($"x-amz-meta-{59 - i:00}", new string('v', 50))).ToList();
        var query = string.Join('&', Enumerable.Range(0, 200).Select(static i => $"k{199 - i:000}={i}"));
        var request = new AwsSignatureRequest { Method = "GET", Target = $"/{new string('p', 2000)}?{query}", Fields = fields, PayloadHash = AwsSignature.EmptyPayload };
        var lines = AwsBench.Canonical(request).Split('\n');
        Assert.Equal(2001, lines[1].Length);
        Assert.StartsWith("k000=199&k001=198&", lines[2], StringComparison.Ordinal);
        Assert.Equal($"x-amz-meta-00:{new string('v', 50)}", lines[3]);
        Assert.Equal(60, lines[64].Split(';').Length);
        var field = AwsBench.Sign(request, AwsVector.Scope with { Region = new string('r', 400) }, "id", "secret").Field;
        Assert.Matches("Signature=[0-9a-f]{64}$", field);
    }
}
