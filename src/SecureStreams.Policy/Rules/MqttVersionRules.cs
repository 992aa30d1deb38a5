namespace SecureStreams.Policy;

/// <summary>What only one version of MQTT has, and what only MQTT within WebSocket has.</summary>
internal static class MqttVersionRules
{
    private const long Newest = 5;
    private static readonly string[] Parts = ["$topic", "$qos", "$retain", "$dup"];

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (role.Protocol != PolicyProtocols.Mqtt || !role.IsClient)
                continue;
            if (!stream.IsWrong("mqtt_version") && stream.EffectiveNumber("mqtt_version") < Newest)
                CheckNumbers(stream, bag);
            CheckMetadata(stream, bag);
            if (!stream.Flag("mqtt_over_ws") && !stream.IsWrong("mqtt_over_ws") && stream.Find("http_url") is { } path)
                bag.Report(PolicyDiagnosticTable.OtherProtocol, path, $"{stream.Subject}: {path.Node.Name} has no effect on protocol mqtt without mqtt_over_ws");
        }
    }

    private static void CheckNumbers(DraftEntry stream, DiagnosticBag bag)
    {
        // No aliases is what MQTT 3.1.1 has anyway.
        var aliases = stream.EffectiveNumber("mqtt_topic_alias_max") > 0 ? stream.Find("mqtt_topic_alias_max") : null;
        foreach (var stated in (ReadOnlySpan<DraftValue?>)[stream.Find("mqtt_session_expiry"), aliases])
        {
            if (stated is { } idle)
                bag.Report(PolicyDiagnosticTable.MqttNewerOnly, idle, $"{stream.Subject}: {idle.Attribute.Name} has no effect on MQTT 3.1.1; state \"mqtt_version\": 5, or remove it");
        }
    }

    /// <summary>
    /// User properties that MQTT 3.1.1 does not have are no finding: a streamtype keeps its metadata when it moves from one protocol to another, as headers that ws and raw do not have.
    /// </summary>
    private static void CheckMetadata(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Find("metadata") is not { } metadata)
            return;
        foreach (var pair in metadata.Value.Pairs)
        {
            var property = pair.Value.Text;
            if (property is ['$', ..] && !Parts.Contains(property))
                bag.Report(PolicyDiagnosticTable.MqttMetadataName, metadata, $"{stream.Subject}: metadata {Wording.Quote(pair.Key)} travels in {QuotedValue.Of(property)}; of names that begin with a $ there are $topic, $qos, $retain and $dup");
        }
    }
}
