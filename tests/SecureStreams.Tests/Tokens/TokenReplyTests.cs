using System.Text;
using SecureStreams.Tokens;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>What a token server may answer.</summary>
public sealed class TokenReplyTests
{
    [Theory]
    [InlineData("""{"access_token":"Atza|x.y-z_~+/=","expires_in":3600,"token_type":"bearer"}""", 3600)]
    [InlineData("""{"token_type":"Bearer","scope":["a",{"b":[1,2]}],"expires_in":"90","access_token":"t"}""", 90)]
    [InlineData("""{"access_token":"t","expires_in":1.5e2}""", 150)]
    [InlineData("""{"access_token":"t"}""", 3600)]
    [InlineData("""{"access_token":"t","expires_in":null,"refresh_token":null}""", 3600)]
    [InlineData("""{"access_token":"t","expires_in":99999999999}""", 30 * 24 * 3600)]
    [InlineData("""{"access_token":"t","expires_in":1e300}""", 30 * 24 * 3600)]
    public void A_token_and_its_life_are_taken(string json, int seconds)
    {
        var reply = TokenReply.OfSuccess(Encoding.UTF8.GetBytes(json));
        Assert.Null(reply.Problem);
        Assert.NotNull(reply.Token);
        Assert.Equal(TimeSpan.FromSeconds(seconds), reply.Life);
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("<html>secret</html>", "no JSON")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{}", "no access_token")]
    [InlineData("""{"access_token":"secret","expires_in":3600""", "cut short")]
    [InlineData("""{"access_token":"secr""", "cut short")]
    [InlineData("""{"access_token":"secret"} x""", "no JSON")]
    [InlineData("""{"access_token":"secret"}{}""", "no JSON")]
    [InlineData("""{"access_token":""}""", "is empty")]
    [InlineData("""{"access_token":7}""", "is no string")]
    [InlineData("""{"access_token":["secret"]}""", "is no string")]
    [InlineData("""{"access_token":"sec\r\nX-Evil: 1"}""", "could forge a header")]
    [InlineData("""{"access_token":"sec\u0000ret"}""", "could forge a header")]
    [InlineData("""{"access_token":"secr\u00e9t"}""", "could forge a header")]
    [InlineData("""{"access_token":"sec ret"}""", "could forge a header")]
    [InlineData("""{"access_token":"secret","expires_in":"Infinity"}""", "no number")]
    [InlineData("""{"access_token":"secret","expires_in":"+5"}""", "no number")]
    [InlineData("""{"access_token":"secret","expires_in":""}""", "no number")]
    [InlineData("""{"access_token":"secret","access_token":"secret"}""", "two access_tokens")]
    [InlineData("""{"access_token":"secret","expires_in":0}""", "expired already")]
    [InlineData("""{"access_token":"secret","expires_in":-1}""", "expired already")]
    [InlineData("""{"access_token":"secret","expires_in":0.4}""", "expired already")]
    [InlineData("""{"access_token":"secret","expires_in":"soon"}""", "no number")]
    [InlineData("""{"access_token":"secret","expires_in":{"a":1}}""", "no number")]
    [InlineData("""{"access_token":"secret","token_type":"mac"}""", "not bearer")]
    [InlineData("""{"access_token":"secret","a":[[[[[[[[[[1]]]]]]]]]]}""", "no JSON")]
    [InlineData("""{"error":"invalid_grant","access_token":"secret"}""", "the server says invalid_grant")]
    public void What_is_no_token_is_refused_and_not_told(string json, string problem)
    {
        var reply = TokenReply.OfSuccess(Encoding.UTF8.GetBytes(json));
        Assert.Null(reply.Token);
        Assert.Contains(problem, reply.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reply.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_cut_and_no_change_of_a_byte_breaks_the_reader()
    {
        var whole = """{"access_token":"Atza|secret","expires_in":3600,"token_type":"bearer","x":{"y":[1,"\u00e9"]}}"""u8.ToArray();
        for (var i = 0; i < whole.Length; i++)
        {
            Assert.Null(TokenReply.OfSuccess(whole.AsSpan(0, i)).Token);
            foreach (var other in (byte[])[0, (byte)'"', (byte)'{', 0xff, (byte)'\\'])
            {
                var changed = (byte[])whole.Clone();
                changed[i] = other;
                if (TokenReply.OfSuccess(changed).Token is { } token)
                    Assert.DoesNotContain(token, static c => c is < ' ' or > '~');
            }
        }
    }

    [Fact]
    public void A_refusal_is_cleaned()
    {
        var reply = TokenReply.OfRefusal(Encoding.UTF8.GetBytes("""{"error":"invalid_grant","error_description":"line 1\nline 2 """ + new string('x', 5000) + "\"}"));
        Assert.StartsWith("the server says invalid_grant: line 1 line 2 xxx", reply.DescribeError(), StringComparison.Ordinal);
        Assert.Null(TokenReply.OfRefusal("<html>"u8).DescribeError());
    }

    [Fact]
    public void A_root_token_that_the_server_changes_takes_its_place_in_the_form()
    {
        Assert.Equal("grant_type=refresh_token&refresh_token=new%2B1&client_id=c", Text(TokenRoot.Replace("grant_type=refresh_token&refresh_token=old&client_id=c"u8, "new+1")));
        Assert.Equal("refresh_token=new", Text(TokenRoot.Replace("refresh_token=old"u8, "new")));
        Assert.Null(TokenRoot.Replace("refresh_token=same"u8, "same"));
        Assert.Null(TokenRoot.Replace("grant_type=client_credentials"u8, "new"));
        Assert.Null(TokenRoot.Replace(""u8, "new"));
        static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    [Fact]
    public void A_text_that_quotes_the_root_is_known()
    {
        var form = "grant_type=refresh_token&refresh_token=Atzr%7Cabcdefghijkl&client_id=short"u8;
        Assert.True(TokenRoot.IsQuotedIn(form, "no such token: Atzr|abcdefghijkl"));
        Assert.True(TokenRoot.IsQuotedIn(form, "no such token: Atzr%7Cabcdefghijkl"));
        Assert.False(TokenRoot.IsQuotedIn(form, "The refresh_token of short is not good"));
        Assert.False(TokenRoot.IsQuotedIn(""u8, "anything"));
    }

    [Theory]
    [InlineData("client_secret=x1", "not known: x1")]
    [InlineData("grant_type=password&password=pw", "pw is not the word")]
    [InlineData("client_secret=my+pass+phrase", "no such secret: my pass phrase")]
    [InlineData("""{"grant_type":"x","refresh_token":"a\"b","deep":{"key":"k"}}""", "no such token: a\"b")]
    [InlineData("""{"grant_type":"x","deep":["long enough to be one"]}""", "long enough to be one")]
    [InlineData("{ is no JSON of any kind", "it sent { is no JSON of any kind")]
    public void So_are_short_secrets_and_other_ways_to_write_them(string root, string text) => Assert.True(TokenRoot.IsQuotedIn(Encoding.UTF8.GetBytes(root), text));

    [Theory]
    [InlineData("grant_type=client_credentials&scope=everything_there_is&client_id=me", "client_credentials for everything_there_is are not for me")]
    [InlineData("subject_token_type=urn", "urn is not known")]
    [InlineData("""{"grant_type":"client_credentials","client_id":"me"}""", "me has no client_credentials")]
    public void What_is_no_secret_may_be_told(string root, string text) => Assert.False(TokenRoot.IsQuotedIn(Encoding.UTF8.GetBytes(root), text));

    [Fact]
    public void A_secret_is_known_where_the_words_are_too_long_to_be_told_whole()
    {
        var secret = new string('s', 300);
        var reply = TokenReply.OfRefusal(Encoding.UTF8.GetBytes("{\"error\":\"invalid_grant\",\"error_description\":\"unknown refresh token " + secret + " was sent\"}"));
        Assert.True(TokenRoot.IsQuotedIn(Encoding.UTF8.GetBytes($"refresh_token={secret}"), reply.DescribeError()!));
    }
}
