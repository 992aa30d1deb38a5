using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class AttributeTableTests
{
    [Fact]
    public void What_is_acted_on_is_said_here() => Assert.Equal(
        [
            "address_family", "allow_redirects", "attr_high_reliability", "attr_high_throughput", "attr_low_cost", "attr_low_latency",
            "attr_priority", "auth_hexify", "aws_iot", "aws_region", "aws_service", "client_cert", "connect_timeout_ms", "direct_proto_str", "drain_timeout_ms", "endpoint",
            "half_open_ms", "header_timeout_ms", "http_auth_header", "http_auth_preamble", "http_cookies", "http_devtype_header",
            "http_dsn_header", "http_expect", "http_expect_continue", "http_fail_redirect", "http_fwv_header", "http_method",
            "http_mime_content_type", "http_multipart_filename", "http_multipart_name", "http_multipart_ss_in", "http_no_content_length",
            "http_resp_map", "http_trailers", "http_url", "http_www_form_urlencoded", "idle_timeout_ms", "local_bind", "local_sink",
            "long_poll", "max_body_bytes", "max_connections", "max_connections_per_peer", "max_header_bytes", "max_message_bytes", "max_streams", "metadata",
            "metadata_from_connection", "min_rate_grace_ms", "min_rx_rate", "min_tx_rate", "mqtt_birth_message", "mqtt_birth_qos",
            "mqtt_birth_retain", "mqtt_birth_topic", "mqtt_clean_start", "mqtt_client_id", "mqtt_keep_alive", "mqtt_over_ws",
            "mqtt_password_blob", "mqtt_qos", "mqtt_queue_bytes", "mqtt_receive_maximum", "mqtt_retain", "mqtt_session_expiry",
            "mqtt_subscribe", "mqtt_topic", "mqtt_topic_alias_max", "mqtt_username_blob", "mqtt_version", "mqtt_will_message", "mqtt_will_qos",
            "mqtt_will_retain", "mqtt_will_topic", "nailed_up", "nghttp2_quirk_end_stream", "opportunistic", "perf", "port", "port_metadata",
            "protocol", "protocol_fallback", "retry", "rideshare", "rx_watermark_high", "rx_watermark_low", "server", "server_cert",
            "server_key", "server_names", "sniff_protocol", "test_fault_seed", "test_faults", "timeout_ms", "tls", "tls_cert_blob", "tls_client_auth", "tls_client_deny",
            "tls_client_trust_store", "tls_key_blob", "tls_key_passphrase_blob", "tls_pin_scope", "tls_pins", "tls_revocation",
            "tls_trust_store", "tx_timeout_ms", "tx_watermark_high", "unauthenticated_timeout_ms", "unix_group", "unix_mode", "unix_remove_stale", "unix_user",
            "use_auth", "via-socks5", "via_http_proxy", "ws_binary", "ws_deflate", "ws_deflate_window_bits", "ws_http_version",
            "ws_prioritize_reads", "ws_subprotocol",
        ],
        PolicyAttributeTable.All.Where(static row => row.Section == PolicySection.StreamTypes && row.ActedOn).Select(static row => row.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_are_well_formed()
    {
        Assert.All(PolicyAttributeTable.All, static row =>
        {
            Assert.NotEmpty(row.Help);
            Assert.True(row.Minimum <= row.Maximum, row.Name);
            Assert.Equal(row.Kind is PolicyValueKind.Choice or PolicyValueKind.ChoiceMap, !row.Choices.IsEmpty);
            Assert.Equal(row.Kind is PolicyValueKind.Name or PolicyValueKind.NameList or PolicyValueKind.ChoiceMap, row.RefersTo is not null);
            Assert.Equal(row.Pattern.Length > 0, row.PatternHelp.Length > 0);
            Assert.True(row.Pattern.Length == 0 || row.Kind is PolicyValueKind.Text or PolicyValueKind.TextList or PolicyValueKind.TextMap, row.Name);
            Assert.True(row.Refused.IsEmpty || row.Kind is PolicyValueKind.Token, row.Name);
            Assert.True(!row.ZeroMeansDefault || row.Kind is PolicyValueKind.Number, row.Name);
            Assert.True(row.MaximumItems == int.MaxValue || row.Kind is PolicyValueKind.NumberList or PolicyValueKind.NameList or PolicyValueKind.TextList, row.Name);
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
