using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Defaults as values.</summary>
public sealed class DefaultValueTests
{
    [Theory]
    [InlineData(PolicySection.StreamTypes, "tls", "false")]
    [InlineData(PolicySection.StreamTypes, "unix_remove_stale", "true")]
    [InlineData(PolicySection.StreamTypes, "port", "0")]
    [InlineData(PolicySection.StreamTypes, "max_message_bytes", "16777216")]
    [InlineData(PolicySection.StreamTypes, "http_expect", "0")]
    [InlineData(PolicySection.StreamTypes, "timeout_ms", "0")]
    [InlineData(PolicySection.StreamTypes, "protocol", "h1")]
    [InlineData(PolicySection.StreamTypes, "address_family", "any")]
    [InlineData(PolicySection.StreamTypes, "http_method", "GET")]
    [InlineData(PolicySection.StreamTypes, "http_url", "/")]
    [InlineData(PolicySection.StreamTypes, "unix_mode", "0600")]
    [InlineData(PolicySection.Retry, "backoff", "[3000]")]
    [InlineData(PolicySection.TrustStores, "stack", "[]")]
    [InlineData(PolicySection.StreamTypes, "http_resp_map", "[]")]
    [InlineData(PolicySection.StreamTypes, "tls_pins", "[]")]
    [InlineData(PolicySection.StreamTypes, "metadata_from_connection", "[]")]
    [InlineData(PolicySection.StreamTypes, "endpoint", null)]
    [InlineData(PolicySection.StreamTypes, "retry", null)]
    [InlineData(PolicySection.StreamTypes, "tls_trust_store", null)]
    [InlineData(PolicySection.StreamTypes, "client_cert", null)]
    [InlineData(PolicySection.StreamTypes, "mqtt_client_id", null)]
    [InlineData(PolicySection.StreamTypes, "unix_user", null)]
    [InlineData(PolicySection.StreamTypes, "plugins", null)]
    [InlineData(PolicySection.Document, "s", null)]
    public void A_literal_default_is_a_value_and_words_are_none(PolicySection section, string name, string? expected) =>
        Assert.Equal(expected, ValueText.OfDefault(PolicyAttributeTable.Find(section, name)!));

    /// <summary>One word could be taken for a literal text: whoever adds such a default sees it here.</summary>
    [Fact]
    public void These_texts_are_literal_defaults() => Assert.Equal(
        ["http_method GET", "http_url /", "mqtt_username_blob MQTT_USERNAME", "root_blob_name AUTH_1", "unix_mode 0600"],
        PolicyAttributeTable.All
            .Where(static row => row.Kind is PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Token or PolicyValueKind.HeaderName && row.DefaultValue is not null)
            .Select(static row => $"{row.Name} {row.Default}").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_flag_has_a_default_and_every_default_of_a_number_is_in_its_range() => Assert.All(PolicyAttributeTable.All, static row =>
    {
        if (row.Kind == PolicyValueKind.Flag)
            Assert.NotNull(row.DefaultValue);
        if (row is { Kind: PolicyValueKind.Number, ZeroMeansDefault: false, DefaultValue: { } value })
            Assert.InRange(value.Number, row.Minimum, row.Maximum);
    });

    [Fact]
    public void A_default_that_is_stated_equals_it()
    {
        var result = PolicyLoader.Load("""{ "s": [ { "one": { "endpoint": "a", "rx_watermark_high": 262144, "address_family": "any", "tls_pins": [], "ws_deflate_window_bits": 9 } } ] }"""u8.ToArray(), "p");
        Assert.Equal(
            ["tls_pins True", "address_family True", "rx_watermark_high True", "ws_deflate_window_bits False"],
            result.Model!.StreamTypes["one"].Stated.Where(static one => one.Attribute.IsExtension).OrderBy(static one => one.Attribute.Name.Length)
                .Select(static one => $"{one.Attribute.Name} {one.Value.Equals(one.Attribute.DefaultValue)}"));
    }
}
