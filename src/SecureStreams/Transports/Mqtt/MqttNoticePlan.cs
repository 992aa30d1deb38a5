using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What a policy says of a message that belongs to the connection.</summary>
internal sealed class MqttNoticePlan
{
    private readonly StreamTypePolicy _policy;
    private readonly string _prefix;
    private readonly PolicyTemplate _topic;
    private readonly PolicyTemplate? _message;

    private MqttNoticePlan(StreamTypePolicy policy, string prefix, PolicyTemplate topic)
    {
        _policy = policy;
        _prefix = prefix;
        _topic = topic;
        _message = policy.Find(prefix + "message")?.Value.Template;
        Qos = (int)(policy.Find(prefix + "qos")?.Value.Number ?? 0);
        Retain = policy.Find(prefix + "retain")?.Value.Flag ?? false;
    }

    /// <summary>0 to 2.</summary>
    public int Qos { get; }

    /// <summary>Whether the broker keeps it.</summary>
    public bool Retain { get; }

    /// <summary>The plan of the message whose attributes begin with <paramref name="prefix"/>; null where the policy states no topic for it.</summary>
    public static MqttNoticePlan? Of(StreamTypePolicy policy, string prefix) =>
        policy.Find(prefix + "topic") is { Value.Template: { Text.Length: > 0 } topic } ? new MqttNoticePlan(policy, prefix, topic) : null;

    /// <summary>Puts the values of metadata in.</summary>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? Expand(MetadataStore metadata, out MqttNotice? notice)
    {
        notice = null;
        if (MqttText.Expand(_policy, _prefix + "topic", _topic, metadata, out var topic) is { } noTopic)
            return noTopic;
        var message = "";
        if (_message is { } template && MqttText.Expand(_policy, _prefix + "message", template, metadata, out message) is { } noMessage)
            return noMessage;
        if (MqttTopics.NameProblem(Encoding.UTF8.GetBytes(topic)) is { } problem)
            return MqttText.Bad(_policy, _prefix + "topic", $"has {_prefix}topic '{topic}' after expansion, a topic that {problem}");
        if (Encoding.UTF8.GetByteCount(message) is > MqttTexts.MaxBytes and var bytes)
            return MqttText.Bad(_policy, _prefix + "message", $"has {_prefix}message with {bytes} bytes after expansion, and {MqttTexts.MaxBytes} is the most");
        notice = new MqttNotice(topic, message, Qos, Retain);
        return null;
    }
}
