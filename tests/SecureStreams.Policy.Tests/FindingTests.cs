using System.Globalization;
using System.Text;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>What a finding says beside its line.</summary>
public sealed class FindingTests
{
    [Fact]
    public void A_choice_has_its_value_its_choices_and_the_near_one()
    {
        var found = One("""{ "endpoint": "a", "protocol": "h22" }""");
        Assert.Equal(("SSP0103", "h22", "h2"), (found.Id, found.Value, found.Suggestion));
        Assert.Equal(["h1", "h2", "h3", "ws", "mqtt", "raw"], found.Allowed);
    }

    [Theory]
    [InlineData("70000", "SSP0102", "70000", "0..65535")]
    [InlineData("\"x\"", "SSP0101", "x", "0..65535")]
    [InlineData("true", "SSP0101", "true", "0..65535")]
    [InlineData("[]", "SSP0101", null, "0..65535")]
    public void A_number_has_its_range(string port, string id, string? value, string range)
    {
        var found = One($$"""{ "endpoint": "a", "port": {{port}} }""");
        Assert.Equal((id, value, null), (found.Id, found.Value, found.Suggestion));
        Assert.Equal([range], found.Allowed);
    }

    [Fact]
    public void A_range_has_its_unit() => Assert.Equal(["0..2147483647 ms"], One("""{ "endpoint": "a", "timeout_ms": -1 }""").Allowed);

    [Fact]
    public void A_dangling_name_is_the_value()
    {
        var found = One("""{ "endpoint": "a", "retry": "defualt" }""", """ "retry": [ { "default": { "conceal": 1 } } ], """);
        Assert.Equal(("SSP0202", "defualt", "default"), (found.Id, found.Value, found.Suggestion));
        Assert.Empty(found.Allowed);
    }

    [Fact]
    public void A_finding_about_nothing_in_particular_has_no_facts()
    {
        var found = One("""{ "port": 1 }""");
        Assert.Equal(("SSP0401", null, null), (found.Id, found.Value, found.Suggestion));
        Assert.True(found.Allowed.IsEmpty);
    }

    [Theory]
    [InlineData("""{ "endpoint": "a", "http_auth_header": "authorization", "http_auth_preamble": ["hunter2"] }""")]
    [InlineData("""{ "endpoint": "a", "via-socks5": 7 }""")]
    [InlineData("""{ "endpoint": "https://ann:hunter2@a/", "tls": true }""")]
    [InlineData("""{ "endpoint": "a", "http_url": "?token=hunter2" }""")]
    [InlineData("""{ "endpoint": "a", "http_auth_header": "authorization: Bearer hunter2" }""")]
    [InlineData("""{ "endpoint": "a", "http_url": "http://ann:hunter2@b/" }""")]
    public void A_secret_is_no_value(string stream)
    {
        var found = Load(stream, "").Diagnostics;
        Assert.NotEmpty(found);
        Assert.All(found, static one => Assert.DoesNotContain("hunter2", $"{one} {one.Value} {one.Suggestion} {string.Join(' ', one.Allowed)}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_is_told_wherever_a_url_stands()
    {
        var found = One("""{ "endpoint": "a", "http_url": "http://ann:hunter2@b/" }""");
        Assert.Equal(("SSP0306", "streamtype 'one': http_url holds a user name and password, in clear text"), (found.Id, found.Message));
    }

    [Fact]
    public void Values_are_cut_and_escaped_as_in_the_message()
    {
        var found = One("""{ "endpoint": "a", "protocol": "\r\n""" + new string('x', 100) + "\" }");
        Assert.Equal("\\r\\n" + new string('x', 58) + "...", found.Value);
        Assert.Contains($"'{found.Value}'", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_equal_by_value()
    {
        var (left, right) = (One("""{ "endpoint": "a", "protocol": "h22" }"""), One("""{ "endpoint": "a", "protocol": "h22" }"""));
        Assert.Equal(left, right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.NotEqual(left, right with { Allowed = ["h1"] });
        Assert.NotEqual(left, right with { Suggestion = null });
        Assert.NotEqual(left, right with { Value = null });
        Assert.NotEqual(left, right with { Line = 7 });
    }

    [Fact]
    public void Many_streamtypes_are_judged_in_time_that_grows_with_their_number()
    {
        // A chain, a circle at its end, one broker for all: each rule that follows names or compares streamtypes. Quadratic work would take minutes.
        const int Count = 20_000;
        var streams = string.Join(",\n", Enumerable.Range(0, Count).Select(static i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "s{{i}}": { "endpoint": "a", "port": 1, "rideshare": "s{{Math.Min(i + 1, Count - 1)}}", "http_method": "POST", "http_multipart_name": "p" }, "m{{i}}": { "endpoint": "b", "port": 1, "protocol": "mqtt", "mqtt_topic": "t" } }""")));
        var result = PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ "s": [ {{streams}} ] }"""), "p");
        Assert.Equal("SSP0426", Assert.Single(result.Diagnostics).Id);
    }

    [Fact]
    public void Many_names_of_metadata_are_looked_up_in_time_that_grows_with_their_number()
    {
        // Quadratic work would take minutes.
        const int Count = 100_000;
        string MapTo(string value) => string.Join(",", Enumerable.Range(0, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{ "m{{i}}": "{{value}}" }""")));
        Assert.Empty(Load($$"""{ "endpoint": "a", "metadata": [ {{MapTo("")}} ], "metadata_from_connection": [ {{MapTo("alpn")}} ] }""", "").Diagnostics);
    }

    private static PolicyDiagnostic One(string stream, string sections = "") => Assert.Single(Load(stream, sections).Diagnostics);

    private static PolicyLoadResult Load(string stream, string sections) =>
        PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{ {{sections}} "s": [ { "one": {{stream}} } ] }"""), "p");
}
