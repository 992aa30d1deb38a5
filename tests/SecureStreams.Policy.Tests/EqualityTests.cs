using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Equality of the effective streamtype decides whom an update touches, so every value must count, and no position.</summary>
public sealed class EqualityTests
{
    private const string Head = """
        "release": "1", "product": "p", "via-socks5": "127.0.0.1:1080",
        "retry": [ { "r": { "backoff": [1, 2], "conceal": 3, "jitterpc": 4, "svalidping": 5, "svalidhup": 6 }, "other": {} } ],
        "certs": [ { "c": "AAAA...BBBB", "d": "AAAA..." } ],
        "trust_stores": [ { "t": ["c"], "u": ["c", "d"] } ],
        "auth": [ { "name": "a", "blob": 1 } ],
        """;

    private const string Stream = """
        "endpoint": "${m}.example", "port": 443, "protocol": "h2", "tls": true, "tls_trust_store": "t", "retry": "r", "opportunistic": false,
        "nailed_up": false, "allow_redirects": false, "long_poll": false, "timeout_ms": 1, "metadata": [ { "m": "x-m" }, { "n": "" } ],
        "http_method": "PUT", "http_url": "/a", "http_expect": 204, "http_fail_redirect": false, "http_no_content_length": false,
        "http_www_form_urlencoded": false, "http_resp_map": [ { "404": 1404 }, { "500": 1500 } ], "use_auth": "a", "perf": true, "mqtt_topic": "x/y"
        """;

    public static TheoryData<string, string> Changes => new()
    {
        { "\"${m}.example\"", "\"${m}.other\"" }, { "443", "444" }, { "\"h2\"", "\"h1\"" }, { "\"tls\": true", "\"tls\": false" },
        { "\"tls_trust_store\": \"t\"", "\"tls_trust_store\": \"u\"" }, { "\"retry\": \"r\"", "\"retry\": \"other\"" },
        { "\"opportunistic\": false", "\"opportunistic\": true" }, { "\"nailed_up\": false", "\"nailed_up\": true" },
        { "\"allow_redirects\": false", "\"allow_redirects\": true" }, { "\"long_poll\": false", "\"long_poll\": true" },
        { "\"timeout_ms\": 1", "\"timeout_ms\": 2" }, { "\"x-m\"", "\"x-n\"" }, { "{ \"n\": \"\" }", "{ \"o\": \"\" }" },
        { "\"PUT\"", "\"POST\"" }, { "\"/a\"", "\"/b\"" }, { "204", "205" }, { "\"http_fail_redirect\": false", "\"http_fail_redirect\": true" },
        { "\"http_no_content_length\": false", "\"http_no_content_length\": true" },
        { "\"http_www_form_urlencoded\": false", "\"http_www_form_urlencoded\": true" }, { "1500", "1501" }, { "\"perf\": true", "\"perf\": false" },
        { "x/y", "x/z" }, { ", \"use_auth\": \"a\"", "" },

        // What the streamtype refers to.
        { "\"backoff\": [1, 2]", "\"backoff\": [1, 3]" }, { "\"conceal\": 3", "\"conceal\": 2" }, { "\"jitterpc\": 4", "\"jitterpc\": 5" },
        { "\"svalidping\": 5", "\"svalidping\": 4" }, { "\"svalidhup\": 6", "\"svalidhup\": 7" }, { "\"t\": [\"c\"]", "\"t\": [\"d\"]" },
        { "\"blob\": 1", "\"blob\": 2" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_value_makes_the_streamtype_another(string from, string to)
    {
        var before = Load(Head, Stream);
        var text = Head + "\0" + Stream;
        Assert.Contains(from, text, StringComparison.Ordinal);
        var changed = text.Replace(from, to, StringComparison.Ordinal).Split('\0');
        var after = Load(changed[0], changed[1]);
        Assert.NotEqual(before.StreamTypes["one"], after.StreamTypes["one"]);
        Assert.NotEqual(before, after);
        Assert.Equal(before.StreamTypes["two"], after.StreamTypes["two"]);
    }

    [Theory]
    [InlineData("\"release\": \"1\"", "\"release\": \"2\"")]
    [InlineData("\"product\": \"p\"", "\"product\": \"q\"")]
    [InlineData("\"other\": {}", "\"another\": {}")]
    [InlineData("\"u\": [\"c\", \"d\"]", "\"u\": [\"d\", \"c\"]")]
    public void What_no_streamtype_reads_changes_the_policy_alone(string from, string to)
    {
        var before = Load(Head, Stream);
        Assert.Contains(from, Head, StringComparison.Ordinal);
        var after = Load(Head.Replace(from, to, StringComparison.Ordinal), Stream);
        Assert.NotEqual(before, after);
        Assert.Equal(before.StreamTypes["one"], after.StreamTypes["one"]);
    }

    [Theory]
    [InlineData("\"via-socks5\": \"127.0.0.1:1080\"", "\"via-socks5\": \"127.0.0.1:1081\"")]
    [InlineData("\"via-socks5\": \"127.0.0.1:1080\"", "\"via_http_proxy\": \"127.0.0.1:1080\"")]
    [InlineData("\"via-socks5\": \"127.0.0.1:1080\"", "\"via-socks5\": \"a:b@127.0.0.1:1080\"")]
    [InlineData("\"via-socks5\": \"127.0.0.1:1080\"", "\"via-socks5\": \"\"")]
    [InlineData("\"via-socks5\": \"127.0.0.1:1080\"", "\"x_\": 0")]
    public void A_proxy_of_the_document_is_the_proxy_of_every_streamtype(string from, string to)
    {
        var before = Load(Head, Stream);
        Assert.Contains(from, Head, StringComparison.Ordinal);
        var after = Load(Head.Replace(from, to, StringComparison.Ordinal), Stream);
        Assert.NotEqual(before.StreamTypes["one"], after.StreamTypes["one"]);
        Assert.NotEqual(before.StreamTypes["two"], after.StreamTypes["two"]);
        var changes = PolicyDiff.Between(before, after)[PolicySection.StreamTypes].Changed;
        Assert.Equal(["one", "two"], changes.Select(static one => one.After.Name));
        Assert.All(changes, static one => Assert.NotEmpty(one.Changes));
    }

    [Fact]
    public void A_streamtype_that_states_the_proxy_of_the_document_is_the_same_as_one_that_does_not() => Assert.Equal(
        Load(Head, "\"endpoint\": \"a\"").StreamTypes["one"], Load(Head, "\"endpoint\": \"a\", \"via-socks5\": \"127.0.0.1:1080\"").StreamTypes["one"]);

    [Fact]
    public void Neither_place_nor_order_of_attributes_is_a_change()
    {
        var before = Load(Head, Stream);
        var after = Load("\n\n" + Head, "\"x_note\": 1, " + Stream.Replace("\"port\": 443, ", "", StringComparison.Ordinal)
            .Replace("\"perf\": true, \"mqtt_topic\": \"x/y\"", "\"mqtt_topic\": \"x/y\", \"perf\": true,\n \"port\": 443", StringComparison.Ordinal));
        Assert.Equal(before.StreamTypes["one"], after.StreamTypes["one"]);
        Assert.Equal(before.StreamTypes["one"].GetHashCode(), after.StreamTypes["one"].GetHashCode());
        Assert.Equal(before, after);
        Assert.Equal(before.GetHashCode(), after.GetHashCode());
        Assert.NotEqual(before.StreamTypes["one"].Locate("port"), after.StreamTypes["one"].Locate("port"));
    }

    [Fact]
    public void A_stated_default_is_the_same_as_none() => Assert.Equal(
        Load(Head, "\"endpoint\": \"a\"").StreamTypes["one"],
        Load(Head, "\"endpoint\": \"a\", \"port\": 0, \"protocol\": \"h1\", \"tls\": false, \"http_method\": \"GET\", \"http_url\": \"/\", \"http_resp_map\": []").StreamTypes["one"]);

    [Fact]
    public void Certificates_are_compared_byte_by_byte()
    {
        var one = new CertificatePolicy { Name = "c", Der = [1, 2, 3], Problem = null };
        Assert.Equal(one, one with { Der = [1, 2, 3] });
        Assert.Equal(one.GetHashCode(), (one with { Der = [1, 2, 3] }).GetHashCode());
        Assert.NotEqual(one, one with { Der = [1, 2, 4] });
        Assert.NotEqual(one, one with { Problem = "elided" });
        Assert.NotEqual(one, one with { Name = "d" });
    }

    [Fact]
    public void Authentication_schemes_are_compared_by_every_member()
    {
        var one = AuthPolicy.Default;
        Assert.Equal(one, one with { Location = new PolicyLocation("p", 1, 1) });
        Assert.NotEqual(one, one with { Name = "other" });
        Assert.NotEqual(one, one with { Type = "sigv4" });
        Assert.NotEqual(one, one with { StreamType = "fetch" });
        Assert.NotEqual(one, one with { Blob = 1 });
    }

    private static PolicyModel Load(string head, string stream)
    {
        var text = $$"""{ {{head}} "s": [ { "one": { {{stream}} }, "two": { "endpoint": "b", "metadata": [ { "k": "" } ] } } ] }""";
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes(text), "p");
        Assert.True(result.Model is not null, string.Join('\n', result.Diagnostics));
        return result.Model;
    }
}
