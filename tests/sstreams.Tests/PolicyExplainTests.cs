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
              How many retries are made before the application is told; 65535 never stops trying.
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
              severity:     error: the policy is not loaded
              what to do:   Choose a number in the range that the message names. Numbers are never wrapped.

            """, "");

    [Theory]
    [InlineData("prot", "; did you mean 'port'?")]
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

        using var document = JsonDocument.Parse((await Tool.RunAsync("policy", "explain", "--format", "json")).Exits(0).Output);
        Assert.Equal(names, document.RootElement.GetProperty("attributes").EnumerateArray().Select(static row => row.GetProperty("name").GetString()!));
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
