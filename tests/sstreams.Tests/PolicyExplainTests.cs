using System.Text.Json;
using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy explain</c>.</summary>
public sealed class PolicyExplainTests
{
    [Fact]
    public async Task An_attribute_is_told_with_all_its_columns() =>
        (await Tool.RunAsync("policy", "explain", "conceal")).Is(0, """
            conceal
              How many retries are made before the application is told; 65535 never stops trying, and a larger number is read as that.
              section:      retry: back-off schemes
              type:         whole number
              range:        0..65535
              default:      0
              scope:        client
              protocols:    all
              on change:    next_attempt: takes effect at the next attempt or transaction
              acted on:     yes
              extension:    no
              secret:       no

            """, "");

    [Fact]
    public async Task An_attribute_of_several_sections_is_told_for_each()
    {
        var result = (await Tool.RunAsync("policy", "explain", "name")).Exits(0);
        Assert.Equal(["trust_stores", "auth", "metrics"], Regex.Matches(result.Text, @"^  section: +(\w+):", RegexOptions.Multiline).Select(static match => match.Groups[1].Value));
    }

    [Fact]
    public async Task An_old_spelling_leads_to_the_attribute()
    {
        var text = (await Tool.RunAsync("policy", "explain", "mqtt qos")).Exits(0).Text;
        Assert.StartsWith("mqtt_qos\n", text, StringComparison.Ordinal);
        Assert.Matches(@"\n  also: .*mqtt qos", text);
    }

    [Fact]
    public async Task A_diagnostic_is_told_with_what_to_do() =>
        (await Tool.RunAsync("policy", "explain", "ssp0102")).Is(0, """
            SSP0102
              A number is out of range.
              lws lets such numbers wrap: a port of 70000 becomes 4464. Here the policy is refused.
              severity:     error: the policy is not loaded
              what to do:   Choose a number in the range that the message names. Numbers are never wrapped.
              example:
                { "s": [ { "demo": { "endpoint": "example.com", "port": 70000 } } ] }
              gives:
                policy.json(1,57): error SSP0102: streamtype 'demo': port is 70000, which is out of range; allowed is 0..65535

            """, "");

    [Theory]
    [InlineData("SSP0001", "  example:\n    (an empty file)\n  gives:\n    policy.json(1,1): error SSP0001: the document is empty\n")]
    [InlineData("SSP0005", "  example:      none: a document of more than 16 MiB is too large to be shown\n")]
    [InlineData("SSP0502", "\"product\": \"lamp\", ")]
    [InlineData("SSP0104", "  severity:     warning: an error with --strict\n")]
    public async Task A_diagnostic_has_an_example_or_says_why_not(string id, string expected) =>
        Assert.Contains(expected, (await Tool.RunAsync("policy", "explain", id)).Exits(0).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("http_method", "  refused:      CONNECT (a tunnel is not a transaction), TRACE (")]
    [InlineData("http_expect", "  zero:         0 means the default\n")]
    [InlineData("backoff", "  at most:      256 items\n")]
    [InlineData("via-socks5", "  form:         host:port or user:password@host:port, ")]
    [InlineData("tls_pins", "  type:         array of strings\n  form:         ")]
    [InlineData("metadata_from_connection", "  type:         array of objects: name of an entry of metadata to one of a few strings\n")]
    [InlineData("connect_timeout_ms", "  extension:    yes: lws does not know it\n")]
    public async Task What_narrows_a_value_is_told(string attribute, string expected) =>
        Assert.Contains(expected, (await Tool.RunAsync("policy", "explain", attribute)).Exits(0).Text, StringComparison.Ordinal);

    [Fact]
    public async Task Json_has_what_narrows_a_value()
    {
        Assert.Equal("TRACE", (await RowAsync("http_method")).GetProperty("refused")[1].GetProperty("text").GetString());
        Assert.True((await RowAsync("http_expect")).GetProperty("zero_means_default").GetBoolean());
        Assert.Equal(256, (await RowAsync("backoff")).GetProperty("maximum_items").GetInt32());
        Assert.StartsWith("host:port", (await RowAsync("via-socks5")).GetProperty("form").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("^", (await RowAsync("via-socks5")).GetProperty("pattern").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_a_diagnostic_as_data()
    {
        using var document = JsonDocument.Parse((await Tool.RunAsync("policy", "explain", "SSP0102", "--format", "json")).Exits(0).Output);
        var row = Assert.Single(document.RootElement.GetProperty("diagnostics").EnumerateArray());
        Assert.Equal(["id", "severity", "title", "explanation", "help", "example", "gives"], row.EnumerateObject().Select(static one => one.Name));
        Assert.StartsWith("policy.json(1,57): error SSP0102: ", Assert.Single(row.GetProperty("gives").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prot", "; did you mean 'protocol'?")]
    [InlineData("Endpoint", "; did you mean 'endpoint'?")]
    [InlineData("zzzzzzzz", "; 'sstreams policy explain' lists the attributes")]
    [InlineData("", "; 'sstreams policy explain' lists the attributes")]
    public async Task What_is_unknown_exits_2(string name, string hint) =>
        (await Tool.RunAsync("policy", "explain", name)).Is(2, "", $"sstreams: error: no attribute and no diagnostic is called '{name}'{hint}\n");

    [Fact]
    public async Task Without_a_name_all_attributes_are_listed_in_both_forms()
    {
        var page = await File.ReadAllTextAsync(RepoPaths.Combine("docs", "policy-attributes.md"), TestContext.Current.CancellationToken);
        var names = Regex.Matches(page, @"^\| `([^`]+)`", RegexOptions.Multiline).Select(static match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(names);
        var text = (await Tool.RunAsync("policy", "explain")).Exits(0).Text;
        Assert.Equal(names, Regex.Matches(text, @"^  (\S+) ", RegexOptions.Multiline).Select(static match => match.Groups[1].Value));
        Assert.Matches(@"\n  connect_timeout_ms .*\[extension\]", text);

        using var document = JsonDocument.Parse((await Tool.RunAsync("policy", "explain", "--format", "json")).Exits(0).Output);
        Assert.Equal(names, document.RootElement.GetProperty("attributes").EnumerateArray().Select(static row => row.GetProperty("name").GetString()!));
    }

    private static async Task<JsonElement> RowAsync(string attribute)
    {
        using var document = JsonDocument.Parse((await Tool.RunAsync("policy", "explain", attribute, "--format", "json")).Exits(0).Output);
        return document.RootElement.GetProperty("attributes")[0].Clone();
    }

    [Fact]
    public async Task Json_has_an_attribute_as_data()
    {
        using var document = JsonDocument.Parse((await Tool.RunAsync("policy", "explain", "jitterpc", "--format", "json")).Exits(0).Output);
        using var expected = JsonDocument.Parse("""
            {
              "version": 1,
              "attributes": [{
                "name": "jitterpc", "also": [], "section": "retry", "type": "number", "minimum": 0, "maximum": 100, "unit": "%", "default": "30",
                "scope": ["client"], "protocols": ["h1", "h2", "h3", "ws", "mqtt", "raw"], "impact": "next_attempt",
                "acted_on": true, "extension": false, "secret": false, "help": "Up to this share of a delay is added at random; 0 for none."
              }],
              "diagnostics": []
            }
            """);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, document.RootElement), document.RootElement.ToString());
    }
}
