using System.Collections.Immutable;
using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>What an overlay may say of each section.</summary>
public sealed class OverlayTests
{
    private const string Base = """
        {
          "release": "1", "product": "p",
          "retry": [ { "r": { "backoff": [1, 2, 3], "conceal": 3, "jitterpc": 4 } } ],
          "certs": [ { "c": "AAAA...", "d": "BBBB..." } ],
          "trust_stores": [ { "name": "t", "stack": ["c", "d"] } ],
          "auth": [ { "name": "a", "type": "sigv4", "blob": 1 } ],
          "metrics": [ { "name": "m", "report": "x" }, { "name": "n" } ],
          "s": [ {
            "x": { "endpoint": "x.example", "port": 443, "tls": true, "tls_trust_store": "t", "retry": "r", "use_auth": "a", "http_auth_header": "authorization",
                   "metadata": [ { "one": "x-one" }, { "two": "" } ], "http_resp_map": [ { "404": 1404 }, { "500": 1500 } ] },
            "y": { "endpoint": "y.example" }
          } ]
        }
        """;

    [Fact]
    public void A_streamtype_is_changed_value_by_value_and_others_are_left_alone()
    {
        var before = Load(Base);
        var after = Load(Base, """{ "s": [ { "x": { "port": 8443, "nailed_up": true } } ] }""");
        Assert.Equal((8443, true, "x.example"), (after.StreamTypes["x"].Port, after.StreamTypes["x"].NailedUp, after.StreamTypes["x"].Endpoint!.Text));
        Assert.Equal(before.StreamTypes["y"], after.StreamTypes["y"]);
        Assert.Equal(["base", "o1"], after.Layers);
    }

    [Fact]
    public void A_streamtype_is_added()
    {
        var model = Load(Base, """{ "s": [ { "z": { "endpoint": "z.example", "retry": "r" } } ] }""");
        Assert.Equal(["x", "y", "z"], model.StreamTypes.Keys.Order());
        Assert.Same(model.Retries["r"], model.StreamTypes["z"].Retry);
        Assert.Equal("o1(1,12)", model.StreamTypes["z"].Location.ToString());
    }

    [Fact]
    public void A_retry_scheme_is_changed_for_all_that_name_it_and_arrays_replace()
    {
        var model = Load(Base, """{ "retry": [ { "r": { "backoff": [9] } } ] }""");
        Assert.Equal([TimeSpan.FromMilliseconds(9)], model.StreamTypes["x"].Retry!.Backoff);
        Assert.Equal(3, model.StreamTypes["x"].Retry!.Conceal);
    }

    [Fact]
    public void A_map_other_than_metadata_is_replaced() =>
        Assert.Equal([KeyValuePair.Create(404, 2000)], Load(Base, """{ "s": [ { "x": { "http_resp_map": [ { "404": 2000 } ] } } ] }""").StreamTypes["x"].Http!.ResponseMap);

    [Fact]
    public void Metadata_are_merged_by_name()
    {
        var model = Load(Base, """{ "s": [ { "x": { "metadata": [ { "three": "x-three" }, { "one": "x-1" } ] } } ] }""");
        Assert.Equal([new("one", "x-1"), new("two", null), new("three", "x-three")], model.StreamTypes["x"].Metadata);
    }

    [Fact]
    public void Null_takes_all_metadata_away() =>
        Assert.Empty(Load(Base, """{ "s": [ { "x": { "metadata": null } } ] }""").StreamTypes["x"].Metadata);

    [Fact]
    public void A_certificate_is_replaced_in_every_store()
    {
        var model = Layered.Load(Base, """{ "certs": [ { "c": "CCCC..." } ] }""").Model!;
        Assert.Equal("o1(1,21)", model.StreamTypes["x"].TrustStore!.Certificates[0].Location.ToString());
        Assert.Equal("base(4,37)", model.StreamTypes["x"].TrustStore!.Certificates[1].Location.ToString());
    }

    [Theory]
    [InlineData("""{ "trust_stores": [ { "name": "t", "stack": ["d"] } ] }""")]
    [InlineData("""{ "trust_stores": [ { "t": ["d"] } ] }""")]
    public void A_stack_is_replaced_in_either_shape(string overlay) =>
        Assert.Equal(["d"], Load(Base, overlay).StreamTypes["x"].TrustStore!.Certificates.Select(static one => one.Name));

    [Fact]
    public void An_auth_scheme_is_changed_value_by_value()
    {
        var auth = Load(Base, """{ "auth": [ { "name": "a", "blob": 7 }, { "name": "b" } ] }""");
        Assert.Equal(("sigv4", 7), (auth.StreamTypes["x"].Auth!.Type, auth.StreamTypes["x"].Auth!.Blob));
        Assert.Contains("b", auth.Auths.Keys);
    }

    [Theory]
    [InlineData("""{ "metrics": [ { "name": "o" } ] }""", "o")]
    [InlineData("""{ "metrics": [] }""", "")]
    [InlineData("""{ "metrics": null }""", "")]
    [InlineData("{}", "m n")]
    public void Metrics_have_no_names_of_their_own_so_that_a_layer_that_states_them_replaces_them(string overlay, string expected) =>
        Assert.Equal(expected, string.Join(' ', Load(Base, overlay).Metrics.Select(static one => one.Name)));

    [Fact]
    public void Members_of_the_document_are_changed_one_by_one()
    {
        var model = Load(Base, """{ "release": "2" }""", """{ "product": null }""");
        Assert.Equal(("2", ""), (model.Release, model.Product));
    }

    [Fact]
    public void Null_returns_an_attribute_to_its_default()
    {
        var stream = Load(Base, """{ "s": [ { "x": { "port": null, "retry": null, "tls_trust_store": null, "http_resp_map": null } } ] }""").StreamTypes["x"];
        Assert.Equal((0, null, null, 0), (stream.Port, stream.Retry, stream.TrustStore, stream.Http!.ResponseMap.Length));
        Assert.Null(stream.Find("port"));
        Assert.True(stream.Tls);
    }

    [Fact]
    public void A_value_that_an_overlay_takes_away_the_next_one_may_state_again() =>
        Assert.Equal("o2(1,27)", Load(Base, """{ "s": [ { "x": { "port": null } } ] }""", """{ "s": [ { "x": { "port": 99 } } ] }""").StreamTypes["x"].Locate("port").ToString());

    [Theory]
    [InlineData("s", "y", """{ "s": [ { "y": null } ] }""")]
    [InlineData("retry", "r", """{ "retry": [ { "r": null } ], "s": [ { "x": { "retry": null } } ] }""")]
    [InlineData("trust_stores", "t", """{ "trust_stores": [ { "t": null } ], "s": [ { "x": { "tls_trust_store": null } } ] }""")]
    [InlineData("auth", "a", """{ "auth": [ { "a": null } ], "s": [ { "x": { "use_auth": null } } ] }""")]
    [InlineData("certs", "d", """{ "certs": [ { "d": null } ], "trust_stores": [ { "t": ["c"] } ] }""")]
    public void Null_takes_a_definition_away(string section, string name, string overlay)
    {
        Assert.Contains(name, Names(Load(Base), section));
        Assert.DoesNotContain(name, Names(Load(Base, overlay), section));
    }

    [Theory]
    [InlineData("""{ "s": [ { "q": null } ] }""", "o1(1,12): warning SSP0210: streamtype 'q' is null, which removes a definition of a layer below, and there is none")]
    [InlineData("""{ "auth": [ { "q": null } ] }""", "o1(1,15): warning SSP0210: auth scheme 'q' is null, which removes a definition of a layer below, and there is none")]
    [InlineData("""{ "trust_stores": [ { "q": null } ] }""", "o1(1,23): warning SSP0210: trust store 'q' is null, which removes a definition of a layer below, and there is none")]
    public void Null_for_what_there_is_not_is_remarked_upon(string overlay, string expected) =>
        Assert.Equal(expected, Layered.Load(Base, overlay).Diagnostics.Single(static one => one.Id == "SSP0210").ToString());

    [Fact]
    public void A_definition_may_be_removed_and_made_anew_by_one_overlay()
    {
        var stream = Load(Base, """{ "s": [ { "x": null }, { "x": { "endpoint": "new.example" } } ] }""").StreamTypes["x"];
        Assert.Equal(["endpoint"], stream.Stated.Select(static value => value.Attribute.Name));
    }

    private static ImmutableArray<string> Names(PolicyModel model, string section) => section switch
    {
        "s" => model.StreamTypes.Keys,
        "retry" => model.Retries.Keys,
        "trust_stores" => model.TrustStores.Keys,
        "auth" => model.Auths.Keys,
        _ => model.Certificates.Keys,
    };

    /// <summary>The model of a sum of which nothing is said but that its certificates are elided.</summary>
    private static PolicyModel Load(params string[] texts)
    {
        var result = Layered.Load(texts);
        Assert.All(result.Diagnostics, static one => Assert.Equal("SSP0301", one.Id));
        return result.Model!;
    }
}
