using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class AttributeTableTests
{
    /// <summary>The 78 streamtype attributes that lws's parser knows.</summary>
    private static readonly string[] KnownToLws =
    [
        "endpoint", "via-socks5", "protocol", "port", "plugins", "tls", "client_cert", "opportunistic", "nailed_up", "allow_redirects", "urgent_tx", "urgent_rx",
        "attr_priority", "attr_low_latency", "attr_high_throughput", "attr_high_reliability", "attr_low_cost", "long_poll", "ws_prioritize_reads", "retry",
        "timeout_ms", "perf", "tls_trust_store", "proxy_buflen", "proxy_buflen_rxflow_on_above", "proxy_buflen_rxflow_off_below", "client_buflen",
        "client_buflen_rxflow_on_above", "client_buflen_rxflow_off_below", "metadata", "http_resp_map", "http_auth_header", "http_dsn_header",
        "http_fwv_header", "http_devtype_header", "http_auth_preamble", "http_no_content_length", "rideshare", "payload_fmt", "http_method", "http_url",
        "nghttp2_quirk_end_stream", "h2q_oflow_txcr", "http_multipart_name", "http_multipart_filename", "http_mime_content_type",
        "http_www_form_urlencoded", "http_expect", "http_cookies", "http_fail_redirect", "http_multipart_ss_in", "ws_subprotocol", "ws_binary", "local_sink",
        "options", "server", "server_cert", "server_key", "mqtt_topic", "mqtt_subscribe", "mqtt_qos", "mqtt_retain", "mqtt_keep_alive", "mqtt_clean_start",
        "mqtt_will_topic", "mqtt_will_message", "mqtt_will_qos", "mqtt_will_retain", "mqtt_birth_topic", "mqtt_birth_message", "mqtt_birth_qos",
        "mqtt_birth_retain", "aws_iot", "swake_validity", "use_auth", "aws_region", "aws_service", "direct_proto_str",
    ];

    [Fact]
    public void Every_streamtype_attribute_of_lws_has_a_row_under_its_own_name()
    {
        Assert.Equal(78, KnownToLws.Length);
        Assert.All(KnownToLws, static name => Assert.Equal(name, PolicyAttributeTable.Find(PolicySection.StreamTypes, name)?.Name));
    }

    [Theory]
    [InlineData("aux", "http_url")]
    [InlineData("client cert", "client_cert")]
    [InlineData("mqtt qos", "mqtt_qos")]
    [InlineData("http_multipart_content_type", "http_mime_content_type")]
    [InlineData("auth_hexify", "auth_hexify")]
    public void Spellings_of_the_documentation_find_their_row(string spelling, string name) =>
        Assert.Equal(name, PolicyAttributeTable.Find(PolicySection.StreamTypes, spelling)?.Name);

    [Fact]
    public void What_is_acted_on_is_said_here() => Assert.Equal(
        [
            "allow_redirects", "endpoint", "http_expect", "http_fail_redirect", "http_method", "http_no_content_length", "http_resp_map", "http_url",
            "http_www_form_urlencoded", "long_poll", "metadata", "nailed_up", "opportunistic", "port", "protocol", "retry", "timeout_ms", "tls",
            "tls_trust_store",
        ],
        PolicyAttributeTable.All.Where(static row => row.Section == PolicySection.StreamTypes && row.ActedOn).Select(static row => row.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_are_well_formed()
    {
        Assert.All(PolicyAttributeTable.All, static row =>
        {
            Assert.NotEmpty(row.Help);
            Assert.True(row.Minimum <= row.Maximum, row.Name);
            Assert.Equal(row.Kind is PolicyValueKind.Choice, !row.Choices.IsEmpty);
            Assert.Equal(row.Kind is PolicyValueKind.Name or PolicyValueKind.NameList, row.RefersTo is not null);
            Assert.Same(row, PolicyAttributeTable.Find(row.Section, row.Name));
        });
    }

    [Fact]
    public void Names_that_rules_ask_for_exist() => Assert.All(
        ["server", "endpoint", "local_sink", "tls", "tls_trust_store", "nailed_up", "opportunistic", "protocol", "metadata", "server_cert", "server_key", "via-socks5", "http_auth_preamble"],
        static name => Assert.NotNull(PolicyAttributeTable.Find(PolicySection.StreamTypes, name)));

    [Fact]
    public void Ids_are_unique_in_order_and_well_formed()
    {
        var ids = PolicyDiagnosticTable.All.Select(static info => info.Id).ToList();
        Assert.Equal(ids.Distinct().Order(StringComparer.Ordinal), ids);
        Assert.All(ids, static id => Assert.Matches("^SSP[0-9]{4}$", id));
    }
}
