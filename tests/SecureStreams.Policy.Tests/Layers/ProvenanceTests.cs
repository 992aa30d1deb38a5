using Xunit;

namespace SecureStreams.Policy.Tests.Layers;

/// <summary>Where each value of a sum of three layers stands.</summary>
public sealed class ProvenanceTests
{
    private const string Base = """
        { "release": "1",
          "retry": [ { "r": { "backoff": [1],
                              "conceal": 3 } } ],
          "s": [ { "x": {
            "endpoint": "x.example",
            "port": 1,
            "retry": "r",
            "metadata": [ { "one": "x-one" },
                          { "two": "x-two" } ] } } ] }
        """;

    private const string First = """
        { "s": [ { "x": { "port": 2,
            "metadata": [ { "two": "x-2" }, { "three": "" } ] } } ],
          "retry": [ { "r": { "jitterpc": 5 } } ] }
        """;

    private const string Second = """
        { "release": "3",
          "retry": [ { "r": { "backoff": [7, 8] } } ],
          "s": [ { "x": { "nailed_up": true, "metadata": [ { "three": "x-3" } ] } } ] }
        """;

    [Fact]
    public void Each_value_remembers_the_last_layer_that_states_it()
    {
        var model = Layered.Model(Base, First, Second);
        var stream = model.StreamTypes["x"];
        Assert.Equal(
            ["endpoint base(5,17)", "port o1(1,27)", "retry base(7,14)", "nailed_up o2(3,32)", "metadata o2(3,50)"],
            stream.Stated.Select(static value => $"{value.Attribute.Name} {value.Location}"));
        Assert.Equal(
            ["one x-one base(8,28)", "two x-2 o1(2,28)", "three x-3 o2(3,63)"],
            stream.Find("metadata")!.Value.Value.Pairs.Select(static pair => $"{pair.Key} {pair.Value.Text} {pair.Location}"));
        Assert.Equal(
            ["backoff o2(2,34)", "conceal base(3,34)", "jitterpc o1(3,35)"],
            stream.Retry!.Stated.Select(static value => $"{value.Attribute.Name} {value.Location}"));
        Assert.Equal("o2(1,14)", model.Document.Locate("release").ToString());
    }

    [Fact]
    public void A_part_stands_where_it_is_defined_first()
    {
        var model = Layered.Model(Base, First, Second);
        Assert.Equal("base(4,12)", model.StreamTypes["x"].Location.ToString());
        Assert.Equal("base(2,16)", model.Retries["r"].Location.ToString());
    }

    [Fact]
    public void A_rule_that_a_value_of_a_middle_layer_breaks_names_that_layer() => Assert.Equal(
        "o1(1,38): warning SSP0402: streamtype 'x': tls_trust_store names 't', but tls is not set, so that no peer is checked",
        Layered.Load(
            """{ "certs": [ { "c": "A..." } ], "trust_stores": [ { "t": ["c"] } ], "s": [ { "x": { "endpoint": "a" } } ] }""",
            """{ "s": [ { "x": { "tls_trust_store": "t" } } ] }""",
            """{ "s": [ { "x": { "port": 5 } } ] }""").Diagnostics.Single(static one => one.Id == "SSP0402").ToString());
}
