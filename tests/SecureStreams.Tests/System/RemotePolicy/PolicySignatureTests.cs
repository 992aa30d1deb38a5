using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.Remote;

namespace SecureStreams.Tests.Remote;

/// <summary>Who is believed, and who is not.</summary>
public class PolicySignatureTests
{
    private static readonly byte[] Policy = Encoding.UTF8.GetBytes("""{ "policy_revision": 7 }""");

    [Fact]
    public void Enough_good_signatures_are_enough_whatever_else_is_there()
    {
        using var keys = new SigningKeys();
        Assert.Null(PolicySignatures.Verify(Policy, keys.Sign(Policy, "a"), keys.Of(1, "a", "b")));
        Assert.Null(PolicySignatures.Verify(Policy, keys.Sign(Policy, "b", "a"), keys.Of(2, "a", "b", "c")));

        // Signatures over the next content may be published before it.
        var both = Merge(keys.Sign("other", "a"), keys.Sign(Policy, "a"), keys.Sign(Policy, "stranger"));
        Assert.Null(PolicySignatures.Verify(Policy, both, keys.Of(1, "a")));
    }

    [Fact]
    public void Too_few_say_how_each_did()
    {
        using var keys = new SigningKeys();
        Assert.Equal("it has 1 good signatures of 2 that are needed (the one by 'a' is good; the one by 'a' is good)", PolicySignatures.Verify(Policy, keys.Sign(Policy, "a", "a"), keys.Of(2, "a", "b")));
        Assert.Equal("it has 0 good signatures of 1 that are needed (one is by a key that policy_keys does not have, 'c')", PolicySignatures.Verify(Policy, keys.Sign(Policy, "c"), keys.Of(1, "a")));
        Assert.Equal("it has 0 good signatures of 1 that are needed (the one by 'a' does not fit these bytes and its key)", PolicySignatures.Verify(Policy, keys.Sign("other", "a"), keys.Of(1, "a")));
        Assert.Equal("it is not signed, and the policy of this program states policy_keys", PolicySignatures.Verify(Policy, default, keys.Of(1, "a")));
        Assert.Contains("2 signatures are asked for", PolicySignatures.Verify(Policy, keys.Sign(Policy, "a"), keys.Of(2, "a")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_under_the_name_of_another_is_not_believed()
    {
        using var keys = new SigningKeys();
        using var others = new SigningKeys();
        Assert.Contains("does not fit", PolicySignatures.Verify(Policy, others.Sign(Policy, "a"), keys.Of(1, "a")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_bit_of_policy_and_signature_counts()
    {
        using var keys = new SigningKeys();
        var trusted = keys.Of(1, "a");
        var jws = keys.Sign(Policy, "a");
        for (var bit = 0; bit < Policy.Length * 8; bit++)
        {
            var changed = Policy.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(PolicySignatures.Verify(changed, jws, trusted));
        }

        var (header, signature) = PolicySignatures.Sign(Policy, keys["a"], "a");
        var bytes = Base64Url.DecodeFromChars(signature);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(PolicySignatures.Verify(Policy, One(header, Base64Url.EncodeToString(bytes)), trusted));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Null(PolicySignatures.Verify(Policy, One(header, Base64Url.EncodeToString(bytes)), trusted));
    }

    [Theory]
    [InlineData("""{"alg":"none","kid":"a"}""", "not made by ES256")]
    [InlineData("""{"alg":"HS256","kid":"a"}""", "not made by ES256")]
    [InlineData("""{"kid":"a"}""", "not made by ES256")]
    [InlineData("""{"alg":"ES256"}""", "names no key")]
    [InlineData("""{"alg":"ES256","kid":"a","crit":["exp"],"exp":1}""", "critical")]
    [InlineData("""{"alg":"ES256","kid":"a","crit":[]}""", "critical")]
    [InlineData("""{"alg":"ES256","kid":"a","b64":false}""", "without calling it critical")]
    [InlineData("""{"alg":"ES256","kid":"a","b64":"no","crit":["b64"]}""", "neither true nor false")]
    [InlineData("[]", "not made by ES256")]
    [InlineData("?", "no JSON")]
    public void A_header_never_chooses_how_it_is_judged(string header, string why)
    {
        using var keys = new SigningKeys();
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));

        // Signed over exactly what the header says, so that nothing but the header is wrong.
        var signed = keys["a"].SignData([.. Encoding.ASCII.GetBytes(text), (byte)'.', .. Policy], HashAlgorithmName.SHA256);
        Assert.Contains(why, PolicySignatures.Verify(Policy, One(text, Base64Url.EncodeToString(signed)), keys.Of(1, "a")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_encoded_form_of_RFC_7515_is_taken_too()
    {
        using var keys = new SigningKeys();
        var header = Base64Url.EncodeToString("""{"alg":"ES256"}"""u8);
        var signed = keys["a"].SignData(Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(Policy)}"), HashAlgorithmName.SHA256);
        var jws = Encoding.UTF8.GetBytes($$"""{"signatures":[{"protected":"{{header}}","header":{"kid":"a"},"signature":"{{Base64Url.EncodeToString(signed)}}"}]}""");
        Assert.Null(PolicySignatures.Verify(Policy, jws, keys.Of(1, "a")));
    }

    [Theory]
    [InlineData("", "not signed")]
    [InlineData("{", "no JSON (line 1)")]
    [InlineData("[]", "no array")]
    [InlineData("{}", "no array")]
    [InlineData("""{"signatures":{}}""", "no array")]
    [InlineData("""{"signatures":[]}""", "there is none")]
    [InlineData("""{"signatures":[5]}""", "no \"protected\"")]
    [InlineData("""{"signatures":[{"protected":5,"signature":""}]}""", "no \"protected\"")]
    [InlineData("""{"signatures":[{"protected":"e30","signature":"AA"}]}""", "no base64url")]
    [InlineData("""{"payload":"e30","signatures":[]}""", "payload of their own")]
    [InlineData("""{"signatures":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}""", "33 signatures")]
    public void What_is_no_signature_is_said_to_be_none(string jws, string why)
    {
        using var keys = new SigningKeys();
        Assert.Contains(why, PolicySignatures.Verify(Policy, Encoding.UTF8.GetBytes(jws), keys.Of(1, "a")), StringComparison.Ordinal);
    }

    private static byte[] One(string header, string signature) => Encoding.UTF8.GetBytes($$"""{"signatures":[{"protected":"{{header}}","signature":"{{signature}}"}]}""");

    private static byte[] Merge(params byte[][] all) =>
        Encoding.UTF8.GetBytes($"{{\"signatures\":[{string.Join(',', all.Select(static one => Encoding.UTF8.GetString(one)["{\"signatures\":[".Length..^2]))}]}}");
}
