using System.Globalization;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Values that rows describe beyond a type and a range.</summary>
public sealed class ValueReadingTests
{
    private const string Hash = "sha256/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdE=";

    [Theory]
    [InlineData("0", null)]
    [InlineData("204", 204)]
    public void No_expectation_may_be_written_as_zero(string written, int? expected)
    {
        var result = Load($$"""{ "endpoint": "a", "http_expect": {{written}} }""");
        Assert.Empty(result.Diagnostics.Select(static one => one.ToString()));
        Assert.Equal(expected, result.Model!.StreamTypes["one"].Http!.Expect);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("600")]
    public void Zero_widens_no_range(string written)
    {
        var found = Assert.Single(Load($$"""{ "endpoint": "a", "http_expect": {{written}} }""").Diagnostics);
        Assert.Equal("SSP0102", found.Id);
        Assert.EndsWith($"http_expect is {written}, which is out of range; allowed is 100..599, or 0 for the default", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_is_the_same_policy_as_nothing()
    {
        var stated = Load("""{ "endpoint": "a", "http_expect": 0, "timeout_ms": 0 }""").Model!.StreamTypes["one"];
        Assert.Equal(Load("""{ "endpoint": "a" }""").Model!.StreamTypes["one"], stated);
        Assert.Null(stated.Timeout);
    }

    [Fact]
    public void A_list_of_texts_keeps_its_items_in_order()
    {
        var other = Hash.Replace('A', 'B');
        var value = Additional($$"""{ "endpoint": "a", "tls": true, "tls_pins": [ "{{Hash}}", "{{other}}" ] }""", "tls_pins");
        Assert.Equal([Hash, other], value.Items.Select(static item => item.Text));
    }

    [Fact]
    public void Every_wrong_item_of_a_list_is_told_at_its_place()
    {
        var result = Load($$"""{ "endpoint": "a", "tls": true, "tls_pins": [ "hunter2", "{{Hash}}", null ] }""");
        Assert.Equal(["SSP0111 $.s[0].one.tls_pins[0]", "SSP0101 $.s[0].one.tls_pins[2]"], result.Diagnostics.Select(static one => $"{one.Id} {one.JsonPath}"));
        Assert.DoesNotContain("hunter2", string.Concat(result.Diagnostics), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[ { "from": "peer_ip" }, { "with": "tls_version" } ]""")]
    [InlineData("""[ { "from": "peer_ip", "$": "a remark", "with": "tls_version" } ]""")]
    [InlineData("""{ "from": "peer_ip", "with": "tls_version" }""")]
    public void A_map_of_choices_has_the_shapes_of_metadata(string written)
    {
        var value = Additional($$"""{ "endpoint": "a", "metadata": { "from": "", "with": "" }, "metadata_from_connection": {{written}} }""", "metadata_from_connection");
        Assert.Equal(["from peer_ip", "with tls_version"], value.Pairs.Select(static pair => $"{pair.Key} {pair.Value.Text}"));
    }

    [Theory]
    [InlineData("""[ { "from": "peer_Ip" } ]""", "SSP0103")]
    [InlineData("""[ { "from": null } ]""", "SSP0101")]
    [InlineData("""[ { "from": 1 } ]""", "SSP0101")]
    [InlineData("""[ "from" ]""", "SSP0101")]
    [InlineData("""[ { "a\u007db": "peer_ip" } ]""", "SSP0108")]
    [InlineData("""[ { "from": "alpn" }, { "from": "peer_ip" } ]""", "SSP0105")]
    public void A_wrong_map_of_choices_is_told(string written, string id) =>
        Assert.Equal(id, Assert.Single(Load($$"""{ "endpoint": "a", "metadata": { "from": "" }, "metadata_from_connection": {{written}} }""").Diagnostics).Id);

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_back_off_table_has_at_most_256_delays(int items, bool taken)
    {
        var table = string.Join(',', Enumerable.Repeat(int.MaxValue.ToString(CultureInfo.InvariantCulture), items));
        var result = PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($$"""{ "retry": [ { "r": { "backoff": [{{table}}], "conceal": 65535 } } ], "s": [ { "one": { "endpoint": "a", "retry": "r" } } ] }"""), "p");
        Assert.Equal(taken ? [] : ["SSP0112"], result.Diagnostics.Select(static one => one.Id));
        Assert.Equal(taken, result.Model?.Retries["r"].Backoff.Length == items);
    }

    [Theory]
    [InlineData("CONNECT", false)]
    [InlineData("Connect", false)]
    [InlineData("TRACE", false)]
    [InlineData("TRACES", true)]
    [InlineData("PURGE", true)]
    public void Methods_that_are_no_transaction_are_refused(string method, bool taken)
    {
        var result = Load($$"""{ "endpoint": "a", "http_method": "{{method}}" }""");
        Assert.Equal(taken ? [] : ["SSP0103"], result.Diagnostics.Select(static one => one.Id));
    }

    private static PolicyValue Additional(string stream, string name)
    {
        var result = Load(stream);
        Assert.Empty(result.Diagnostics.Select(static one => one.ToString()));
        return Assert.Single(result.Model!.StreamTypes["one"].Stated, one => one.Attribute.Name == name).Value;
    }

    private static PolicyLoadResult Load(string stream) => PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes($$"""{ "s": [ { "one": {{stream}} } ] }"""), "p");
}
