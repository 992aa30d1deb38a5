using System.Text;

namespace SecureStreams.Policy;

/// <summary>Topics, filters, and the messages that belong to them.</summary>
internal static class MqttTopicRules
{
    private const int AwsTopicBytes = 256;

    /// <summary>Stands for a value that is known only when the stream runs. No topic has it: it is no character.</summary>
    private const char Unknown = '\uFFFF';

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (role.Protocol != PolicyProtocols.Mqtt || !role.IsClient)
                continue;
            foreach (var name in (ReadOnlySpan<string>)["mqtt_topic", "mqtt_will_topic", "mqtt_birth_topic"])
                CheckTopic(stream, name, bag);
            CheckFilter(stream, bag);
            CheckMessage(stream, "mqtt_will", "the last will", bag);
            CheckMessage(stream, "mqtt_birth", "the message at connection", bag);
            if (!stream.IsStated("mqtt_topic") && !stream.IsStated("mqtt_subscribe"))
                bag.Report(PolicyDiagnosticTable.MqttNoTopic, stream, $"{stream.Subject}: it has neither mqtt_topic nor mqtt_subscribe, so that it can neither publish nor receive");
            if (stream.Flag("aws_iot"))
                CheckLength(stream, bag);
        }
    }

    private static void CheckTopic(DraftEntry stream, string name, DiagnosticBag bag)
    {
        if (stream.Find(name) is not { } topic)
            return;
        var known = Known(topic);
        if (known.Length == 0)
            bag.Report(PolicyDiagnosticTable.MqttTopic, topic, $"{stream.Subject}: {name} is empty, and a topic has one character at least");
        else if (known.AsSpan().IndexOfAny('+', '#') is >= 0 and var at)
            bag.Report(PolicyDiagnosticTable.MqttTopic, topic, $"{stream.Subject}: {name} has the wildcard {QuotedValue.Of(known[at].ToString())}, with which nothing can be published; wildcards belong into mqtt_subscribe");
    }

    private static void CheckFilter(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Find("mqtt_subscribe") is not { } filter)
            return;
        var levels = Known(filter).Split('/');
        if (levels is [""])
        {
            bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe is empty, and a topic filter has one character at least");
            return;
        }

        for (var i = 0; i < levels.Length; i++)
        {
            // A symbol may bring the slash that would set a wildcard apart.
            var level = levels[i];
            var open = level.Contains(Unknown, StringComparison.Ordinal);
            if (level.Contains('#', StringComparison.Ordinal) && !open && (level.Length > 1 || i < levels.Length - 1))
                bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe has a '#' that is not its whole last level; write it as in 'a/b/#'");
            else if (level.Contains('+', StringComparison.Ordinal) && !open && level.Length > 1)
                bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe has a '+' that is not a whole level; write it as in 'a/+/b'");
            else
                continue;
            return;
        }
    }

    /// <summary>A value that says no more than the default is none that gets lost.</summary>
    private static void CheckMessage(DraftEntry stream, string prefix, string what, DiagnosticBag bag)
    {
        if (stream.IsStated(prefix + "_topic"))
            return;
        var stated = stream.Find(prefix + "_message")
            ?? (stream.EffectiveNumber(prefix + "_qos") > 0 ? stream.Find(prefix + "_qos") : null)
            ?? (stream.Flag(prefix + "_retain") ? stream.Find(prefix + "_retain") : null);
        if (stated is { } idle)
            bag.Report(PolicyDiagnosticTable.MqttMessageWithoutTopic, idle, $"{stream.Subject}: {idle.Attribute.Name} has no effect: without {prefix}_topic {what} is not sent");
    }

    private static void CheckLength(DraftEntry stream, DiagnosticBag bag)
    {
        foreach (var name in (ReadOnlySpan<string>)["mqtt_topic", "mqtt_subscribe"])
        {
            if (stream.Find(name) is { } topic && Encoding.UTF8.GetByteCount(PolicyTemplate.Parse(topic.Value.Text).Expand(static _ => "")) is > AwsTopicBytes and var bytes)
                bag.Report(PolicyDiagnosticTable.MqttTopicTooLong, topic, $"{stream.Subject}: {name} has {bytes} bytes; AWS IoT takes {AwsTopicBytes} at most");
        }
    }

    private static string Known(DraftValue topic) => PolicyTemplate.Parse(topic.Value.Text).Expand(static _ => Unknown.ToString());
}
