using System.Text.RegularExpressions;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Our own attributes: which they are, and what marks them.</summary>
public sealed partial class ExtensionTests
{
    /// <summary>Written out, because a name that policies already use must not change or vanish.</summary>
    private static readonly string[] Names =
    [
        "Auth blob_name", "Auth refresh_lead_s", "Auth refresh_percent", "Auth root_blob_name", "Document governor_burst", "Document governor_in_flight", "Document governor_rate", "Document policy_expires", "Document policy_keys",
        "Document policy_refresh_s", "Document policy_revision", "Document policy_signatures", "Document trial_acked", "Document trial_connected",
        "Document trial_seconds", "Document via_http_proxy",
        "Retry restart_after_ms", "Retry svalidhup_ms", "Retry svalidping_ms", "StreamTypes address_family", "StreamTypes connect_timeout_ms",
        "StreamTypes drain_timeout_ms", "StreamTypes half_open_ms", "StreamTypes header_timeout_ms", "StreamTypes http_expect_continue",
        "StreamTypes http_trailers", "StreamTypes idle_timeout_ms", "StreamTypes local_bind", "StreamTypes max_body_bytes", "StreamTypes max_connections",
        "StreamTypes max_connections_per_peer", "StreamTypes max_header_bytes", "StreamTypes max_message_bytes", "StreamTypes max_streams", "StreamTypes metadata_from_connection",
        "StreamTypes min_rate_grace_ms", "StreamTypes min_rx_rate", "StreamTypes min_tx_rate", "StreamTypes mqtt_client_id", "StreamTypes mqtt_over_ws",
        "StreamTypes mqtt_password_blob", "StreamTypes mqtt_queue_bytes", "StreamTypes mqtt_receive_maximum", "StreamTypes mqtt_session_expiry",
        "StreamTypes mqtt_topic_alias_max", "StreamTypes mqtt_username_blob", "StreamTypes mqtt_version", "StreamTypes port_metadata",
        "StreamTypes protocol_fallback", "StreamTypes rx_watermark_high", "StreamTypes rx_watermark_low", "StreamTypes server_names",
        "StreamTypes sniff_protocol", "StreamTypes test_fault_seed", "StreamTypes test_faults", "StreamTypes tls_cert_blob", "StreamTypes tls_client_auth", "StreamTypes tls_client_deny",
        "StreamTypes tls_client_trust_store", "StreamTypes tls_key_blob", "StreamTypes tls_key_passphrase_blob", "StreamTypes tls_pin_scope",
        "StreamTypes tls_pins", "StreamTypes tls_revocation", "StreamTypes tx_timeout_ms", "StreamTypes tx_watermark_high", "StreamTypes unauthenticated_timeout_ms",
        "StreamTypes unix_group", "StreamTypes unix_mode", "StreamTypes unix_remove_stale", "StreamTypes unix_user", "StreamTypes via_http_proxy",
        "StreamTypes ws_deflate", "StreamTypes ws_deflate_window_bits", "StreamTypes ws_http_version",
    ];

    [Fact]
    public void These_are_our_own() => Assert.Equal(
        Names, PolicyAttributeTable.All.Where(static row => row.IsExtension).Select(static row => $"{row.Section} {row.Name}").Order(StringComparer.Ordinal));

    [Fact]
    public void Their_names_are_plain_snake_case_and_have_no_other_spelling() => Assert.All(
        PolicyAttributeTable.All.Where(static row => row.IsExtension),
        static row =>
        {
            Assert.Matches(SnakeCase(), row.Name);
            Assert.Empty(row.OldSpellings);
        });

    [Fact]
    public void The_reference_page_keeps_them_in_tables_of_their_own()
    {
        var page = PolicyReference.ToMarkdown();
        var ours = string.Concat(ExtensionTable().Matches(page).Select(static match => match.Value));
        Assert.All(PolicyAttributeTable.All.Where(static row => row.IsExtension), row => Assert.Contains($"| `{row.Name}` |", ours, StringComparison.Ordinal));
        Assert.All(["endpoint", "backoff", "type"], name => Assert.DoesNotContain($"| `{name}` |", ours, StringComparison.Ordinal));
    }

    [GeneratedRegex("^[a-z0-9]+(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex("^### Extensions .*\n\n(?:\\|.*\n)+", RegexOptions.Multiline)]
    private static partial Regex ExtensionTable();
}
