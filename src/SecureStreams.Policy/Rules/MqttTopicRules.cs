using System.Text;

namespace SecureStreams.Policy;

/// <summary>Topics, filters, and the messages that belong to them.</summary>
internal static class MqttTopicRules
{
    private const int AwsTopicBytes = 256;

    /// <summary>Stands for a value that is known only when the stream runs. No topic has it: it is no character.</summary>
    private const char Unknown = '\uFFFF';
    private const string UnknownValue = "\uFFFF";

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
            CheckMessage(stream, ("mqtt_will_topic", "mqtt_will_message", "mqtt_will_qos", "mqtt_will_retain"), "the last will", bag);
            CheckMessage(stream, ("mqtt_birth_topic", "mqtt_birth_message", "mqtt_birth_qos", "mqtt_birth_retain"), "the message at connection", bag);
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
        var levels = Known(filter);
        if (levels.Length == 0)
        {
            bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe is empty, and a topic filter has one character at least");
            return;
        }

        foreach (var range in levels.AsSpan().Split('/'))
        {
            // A symbol may bring the slash that would set a wildcard apart.
            var level = levels.AsSpan(range);
            var open = level.Contains(Unknown);
            if (level.Contains('#') && !open && (level.Length > 1 || range.End.Value < levels.Length))
                bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe has a '#' that is not its whole last level; write it as in 'a/b/#'");
            else if (level.Contains('+') && !open && level.Length > 1)
                bag.Report(PolicyDiagnosticTable.MqttFilter, filter, $"{stream.Subject}: mqtt_subscribe has a '+' that is not a whole level; write it as in 'a/+/b'");
            else
                continue;
            return;
        }
    }

    /// <summary>A value that says no more than the default is none that gets lost.</summary>
    private static void CheckMessage(DraftEntry stream, (string Topic, string Message, string Qos, string Retain) names, string what, DiagnosticBag bag)
    {
        if (stream.IsStated(names.Topic))
            return;
        var stated = stream.Find(names.Message)
            ?? (stream.EffectiveNumber(names.Qos) > 0 ? stream.Find(names.Qos) : null)
            ?? (stream.Flag(names.Retain) ? stream.Find(names.Retain) : null);
        if (stated is { } idle)
            bag.Report(PolicyDiagnosticTable.MqttMessageWithoutTopic, idle, $"{stream.Subject}: {idle.Attribute.Name} has no effect: without {names.Topic} {what} is not sent");
    }

    private static void CheckLength(DraftEntry stream, DiagnosticBag bag)
    {
        foreach (var name in (ReadOnlySpan<string>)["mqtt_topic", "mqtt_subscribe"])
        {
            if (stream.Find(name) is { } topic && Encoding.UTF8.GetByteCount(topic.Value.Template.Expand(static _ => "")) is > AwsTopicBytes and var bytes)
                bag.Report(PolicyDiagnosticTable.MqttTopicTooLong, topic, $"{stream.Subject}: {name} has {bytes} bytes; AWS IoT takes {AwsTopicBytes} at most");
        }
    }

    private static string Known(DraftValue topic) => topic.Value.Template.Expand(static _ => UnknownValue);
}
