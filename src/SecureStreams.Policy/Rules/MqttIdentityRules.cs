using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>
/// Streamtypes with the same broker and client id share one connection: a broker ends a session when the same id connects again. So what concerns the
/// connection must be the same for all of them.
/// </summary>
internal static class MqttIdentityRules
{
    private static readonly string[] Shared =
    [
        "mqtt_keep_alive", "mqtt_clean_start", "mqtt_version", "mqtt_session_expiry", "mqtt_receive_maximum", "mqtt_topic_alias_max", "mqtt_over_ws", "mqtt_username_blob",
        "mqtt_password_blob", "http_url", "client_cert", "use_auth", "tls_trust_store", "tls_revocation", "via-socks5", "via_http_proxy", "local_bind", "address_family",
    ];

    private static readonly string[] SharedGroups = ["mqtt_will_", "mqtt_birth_", "tls_cert", "tls_key", "tls_pin"];
    private static readonly string[] Identity = ["endpoint", "port", "tls", "protocol", "mqtt_client_id", "port_metadata"];

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        var first = new Dictionary<string, DraftEntry>(StringComparer.Ordinal);
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (role.Protocol != PolicyProtocols.Mqtt || !role.IsClient || IdentityOf(stream) is not { } identity || first.TryAdd(identity, stream))
                continue;
            Compare(first[identity], stream, bag);
        }
    }

    /// <summary>Null when the text does not tell it: values that a stream brings, or a value that was refused.</summary>
    private static string? IdentityOf(DraftEntry stream)
    {
        foreach (var attribute in Identity)
        {
            if (stream.IsWrong(attribute))
                return null;
        }

        if (stream.IsStated("port_metadata"))
            return null;
        var endpoint = stream.Find("endpoint")?.Value.Text ?? "";
        var client = stream.Find("mqtt_client_id")?.Value.Text;
        return endpoint.Length == 0 || HasSymbol(endpoint) || (client is not null && HasSymbol(client))
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{endpoint.ToLowerInvariant()}\n{stream.EffectiveNumber("port")}\n{stream.Flag("tls")}\n{client is null}\n{client}");
    }

    private static bool HasSymbol(string text) => text.Contains("${", StringComparison.Ordinal) && !PolicyTemplate.Parse(text).IsLiteral;

    private static void Compare(DraftEntry first, DraftEntry second, DiagnosticBag bag)
    {
        var rows = PolicyAttributeTable.Of(PolicySection.StreamTypes)
            .Where(row => IsOfConnection(row) && !first.IsWrong(row.Name) && !second.IsWrong(row.Name) && !StatedValues.Same(row, first.Find(row.Name)?.Value, second.Find(row.Name)?.Value))
            .ToList();
        if (rows.Count == 0)
            return;
        var id = second.Find("mqtt_client_id") is { } client ? $"the client id {Wording.Quote(client.Value.Text)}" : "the default client id";
        Finding finding = $"{second.Subject} shares its connection with {first.Subject} at {first.Source.Locate(first.Node.NameOffset)}, since both use {id} on one endpoint, but differs in {string.Join(", ", rows.Select(static row => row.Name))}; make them the same, or give each its own client id";
        if (second.FindAny([.. rows.Select(static row => row.Name)]) is { } place)
            bag.Report(PolicyDiagnosticTable.MqttIdentity, place, finding);
        else
            bag.Report(PolicyDiagnosticTable.MqttIdentity, second, finding);
    }

    private static bool IsOfConnection(PolicyAttributeInfo row) =>
        Shared.Contains(row.Name) || Array.Exists(SharedGroups, group => row.Name.StartsWith(group, StringComparison.Ordinal));
}
