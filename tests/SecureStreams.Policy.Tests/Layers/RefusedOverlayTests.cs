using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>Sums that cannot run: nothing is loaded, and the document that is to be mended is named.</summary>
public sealed class RefusedOverlayTests
{
    private const string Base = """
        { "certs": [ { "c": "AAAA..." } ],
          "trust_stores": [ { "t": ["c"] } ],
          "retry": [ { "r": {} } ],
          "s": [ { "x": { "endpoint": "x.example", "tls": true,
            "tls_trust_store": "t",
            "retry": "r" } } ] }
        """;

    [Theory]
    [InlineData("{\n \"s\": [ { \"x\": {\n  \"port\": 70000 } } ] }", "o1(3,11): error SSP0102: streamtype 'x': port is 70000, which is out of range; allowed is 0..65535")]
    [InlineData("{ \"s\": [ { \"x\": { \"tls\": \"yes\" } } ] }", "o1(1,26): error SSP0101: streamtype 'x': tls must be true or false, not the string 'yes'")]
    [InlineData("{ \"s\": [ { \"x\": { \"retry\": \"rr\" } } ] }", "o1(1,28): error SSP0202: streamtype 'x': retry names the retry scheme 'rr', which is not defined")]
    [InlineData("{ \"s\": [ { \"x\": { \"http_url\": \"/${q}\" } } ] }", "o1(1,31): error SSP0203: streamtype 'x': http_url uses '${q}', which its metadata does not declare")]
    [InlineData("{ \"s\": [ { \"new\": { \"port\": 1 } } ] }", "o1(1,12): error SSP0401: streamtype 'new': a client needs an endpoint, and there is none")]
    [InlineData("{ \"retry\": [ { \"r\": { \"backoff\": [-1] } } ] }", "o1(1,35): error SSP0102: retry scheme 'r': an item of backoff is -1, which is out of range; allowed is 0..2147483647 ms")]
    [InlineData("{ \"schema-version\": 9 }", "o1(1,21): error SSP0501: document: schema-version is 9; this release reads up to 1")]
    public void A_wrong_value_in_the_overlay_refuses_all_and_names_the_overlay(string overlay, string expected) =>
        Assert.Contains(expected, Layered.Refused(Base, overlay));

    [Theory]
    [InlineData("{ \"trust_stores\": [ { \"t\": null } ] }", "base(5,24): error SSP0202: streamtype 'x': tls_trust_store names the trust store 't', which is not defined")]
    [InlineData("{ \"retry\": [ { \"r\": null } ] }", "base(6,14): error SSP0202: streamtype 'x': retry names the retry scheme 'r', which is not defined")]
    [InlineData("{ \"certs\": [ { \"c\": null } ] }", "base(2,29): error SSP0202: trust store 't': stack names the certificate 'c', which is not defined")]
    [InlineData("{ \"s\": [ { \"x\": { \"endpoint\": null } } ] }", "base(4,12): error SSP0401: streamtype 'x': a client needs an endpoint, and there is none")]
    public void What_the_base_still_uses_cannot_be_taken_away_and_the_place_of_the_use_is_named(string overlay, string expected) =>
        Assert.Contains(expected, Layered.Refused(Base, overlay));

    [Fact]
    public void What_the_base_refers_to_an_overlay_may_define()
    {
        const string Open = """{ "s": [ { "x": { "endpoint": "x.example", "retry": "later" } } ] }""";
        Assert.Equal(["base(1,53): error SSP0202: streamtype 'x': retry names the retry scheme 'later', which is not defined"], Layered.Refused(Open));
        Assert.Equal(5, Layered.Model(Open, """{ "retry": [ { "later": { "conceal": 5 } } ] }""").StreamTypes["x"].Retry!.Conceal);
    }

    [Fact]
    public void What_an_overlay_refers_to_the_base_or_a_later_overlay_may_define()
    {
        const string Plain = """{ "retry": [ { "r": { "conceal": 1 } } ], "s": [ { "x": { "endpoint": "x.example" } } ] }""";
        Assert.Equal(1, Layered.Model(Plain, """{ "s": [ { "x": { "retry": "r" } } ] }""").StreamTypes["x"].Retry!.Conceal);
        Assert.Equal(2, Layered.Model(Plain, """{ "s": [ { "x": { "retry": "q" } } ] }""", """{ "retry": [ { "q": { "conceal": 2 } } ] }""").StreamTypes["x"].Retry!.Conceal);
    }

    [Fact]
    public void A_symbol_may_be_declared_by_another_layer() => Assert.Equal(
        ["q"],
        Layered.Model("""{ "s": [ { "x": { "endpoint": "${q}.example" } } ] }""", """{ "s": [ { "x": { "metadata": [ { "q": "" } ] } } ] }""").StreamTypes["x"].Metadata.Select(static one => one.Name));

    [Fact]
    public void A_name_may_not_be_defined_twice_by_one_overlay() => Assert.Contains(
        "o1(2,5): error SSP0201: streamtype 'x' is defined twice; the first definition is at o1(1,12)",
        Layered.Refused(Base, "{ \"s\": [ { \"x\": { \"port\": 1 } }, {\n    \"x\": { \"port\": 2 } } ] }"));

    [Theory]
    [InlineData("{ \"s\": [ { \"x\": { \"port\": 1")]
    [InlineData("{ \"s\": [ { \"x\": { \"port\" 1 } } ] }")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("\"s\"")]
    public void A_malformed_overlay_refuses_all_and_is_named(string overlay)
    {
        var result = Layered.Load(Base, overlay);
        Assert.Null(result.Model);
        Assert.Contains(result.Diagnostics, static one => one is { Severity: PolicySeverity.Error, File: "o1" });
        Assert.DoesNotContain(result.Diagnostics, static one => one.Severity == PolicySeverity.Error && one.File != "o1");
    }

    [Fact]
    public void A_malformed_base_is_named_and_what_overlays_have_of_their_own_mistakes_is_told_as_well()
    {
        var told = Layered.Refused("{ \"s\": [ { \"x\": { \"endpoint\": \"a\" ", "{ \"s\": [ { \"x\": { \"port\": -1 } } ] }");
        Assert.Contains(told, static one => one.StartsWith("base(", StringComparison.Ordinal));
        Assert.Contains("o1(1,27): error SSP0102: streamtype 'x': port is -1, which is out of range; allowed is 0..65535", told);
    }

    [Fact]
    public void Every_layer_counts_in_a_strict_load() => Assert.True(PolicyLoader.Load(
        [new("""{ "s": [ { "x": { "endpoint": "a" } } ] }"""u8.ToArray(), "base"), new("""{ "s": [ { "x": { "tls": 0 } } ] }"""u8.ToArray(), "o1")],
        new PolicyLoadOptions { Strict = true }).HasErrors);
}
