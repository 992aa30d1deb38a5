using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>What a source of another release, or one changed by hand, is told.</summary>
public class BuilderTests
{
    public static TheoryData<string, string> Wrong => new()
    {
        { "unknown attribute", "Compiled policy: streamtype 'web' states 'warp', which this release does not know" },
        { "old spelling", "Compiled policy: streamtype 'web' states 'aux', which this release does not know" },
        { "section", "Compiled policy: the document states 's', which this release does not know" },
        { "unknown choice", "Compiled policy: streamtype 'web' states a value of protocol that this release does not know" },
        { "out of range", "Compiled policy: streamtype 'web' states a value of port that this release does not know" },
        { "wrong shape", "Compiled policy: streamtype 'web' states port as a text, but it is a number." },
        { "wrong entry", "Compiled policy: streamtype 'web' gives '404' of http_resp_map a text, but it has a number." },
        { "no status", "Compiled policy: streamtype 'web' has the entry 'x' in http_resp_map, which is no status." },
        { "entry without map", "Compiled policy: streamtype 'web' adds the entry 'a' where no map is open." },
        { "item without list", "Compiled policy: streamtype 'web' adds an item where no list of texts is open." },
        { "stated twice", "Compiled policy: streamtype 'web' states port twice; a policy states it once." },
        { "no part", "A compiled policy states something that belongs to no part" },
        { "certificate is no part", "A compiled policy states something that belongs to no part" },
        { "dangling retry", "Compiled policy: streamtype 'web': retry names the retry scheme 'gone', which is not defined." },
        { "dangling certificate", "Compiled policy: trust store 'roots': stack names the certificate 'gone', which is not defined." },
        { "defined twice", "Compiled policy: streamtype 'web' is defined twice." },
        { "no such layer", "A compiled policy of 1 layers has no place (1, 1, 1)" },
        { "no such line", "A compiled policy of 1 layers has no place (0, 0, 1)" },
        { "built twice", "The model of this compiled policy has been built already" },
        { "stated after", "A compiled policy states something that belongs to no part" },
        { "opened after", "The model of this compiled policy has been built already" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Misuse_is_named(string what, string message)
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => Misuse(what, new PolicyModelBuilder("p.json")));
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_has_at_least_one_layer() => Assert.Throws<ArgumentException>(static () => new PolicyModelBuilder());

    [Fact]
    public void Values_are_kept_in_the_order_of_the_table_however_they_come()
    {
        var one = new PolicyModelBuilder("p.json").StreamType("web", 0, 1, 1).Set("http_url", "x", 0, 3, 1).Set("endpoint", "a", 0, 2, 1).Build();
        Assert.Equal(["endpoint", "http_url"], one.StreamTypes["web"].Stated.Select(static stated => stated.Attribute.Name));
        var other = new PolicyModelBuilder("q.json").StreamType("web", 0, 1, 1).Set("endpoint", "a", 0, 2, 1).Set("http_url", "x", 0, 3, 1).Build();
        Assert.Equal(one, other);
    }

    [Fact]
    public void The_built_in_authentication_scheme_needs_no_definition()
    {
        var loaded = PolicyLoader.Load("""{ "s": [ { "web": { "endpoint": "a", "use_auth": "lwa", "http_auth_header": "authorization" } } ] }"""u8.ToArray(), "p.json").Model;
        var built = new PolicyModelBuilder("p.json").StreamType("web", 0, 1, 1)
            .Set("endpoint", "a", 0, 1, 1).Set("use_auth", "lwa", 0, 1, 1).Set("http_auth_header", "authorization", 0, 1, 1).Build();
        Assert.Equal(loaded, built);
        Assert.Equal(AuthPolicy.Default, built.StreamTypes["web"].Auth);
    }

    private static void Misuse(string what, PolicyModelBuilder policy)
    {
        var web = what is "no part" or "section" or "certificate is no part" ? policy : policy.StreamType("web", 0, 1, 1);
        _ = what switch
        {
            "unknown attribute" => web.Set("warp", 9, 0, 1, 1),
            "old spelling" => web.Set("aux", "x", 0, 1, 1),
            "section" => web.Document().Set("s", "x", 0, 1, 1),
            "unknown choice" => web.Set("protocol", "h4", 0, 1, 1),
            "out of range" => web.Set("port", 70000, 0, 1, 1),
            "wrong shape" => web.Set("port", "443", 0, 1, 1),
            "wrong entry" => web.SetMap("http_resp_map", 0, 1, 1).Add("404", "x", 0, 1, 1),
            "no status" => web.SetMap("http_resp_map", 0, 1, 1).Add("x", 1404, 0, 1, 1),
            "entry without map" => web.Set("port", 1, 0, 1, 1).Add("a", "b", 0, 1, 1),
            "item without list" => web.Add("a"),
            "stated twice" => web.Set("port", 1, 0, 1, 1).Set("port", 1, 0, 1, 1),
            "no part" => web.Set("port", 1, 0, 1, 1),
            "certificate is no part" => web.Certificate("a", [1], null, 0, 1, 1).Set("port", 1, 0, 1, 1),
            "dangling certificate" => web.TrustStore("roots", 0, 1, 1).SetTexts("stack", 0, 1, 1).Add("gone"),
            "dangling retry" => web.Set("retry", "gone", 0, 1, 1),
            "defined twice" => web.StreamType("web", 0, 2, 1),
            "no such layer" => web.Set("port", 1, 1, 1, 1),
            "no such line" => web.Set("port", 1, 0, 0, 1),
            _ => web,
        };
        policy.Build();
        _ = what switch
        {
            "built twice" => policy.Build(),
            "stated after" => policy.Set("port", 1, 0, 1, 1).Build(),
            "opened after" => policy.StreamType("other", 0, 1, 1).Build(),
            _ => null,
        };
    }
}
