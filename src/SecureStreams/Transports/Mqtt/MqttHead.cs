using System.Collections.Immutable;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;
using SecureStreams.Network;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// What stands before the payload of a stream's messages: the topic, and in MQTT 5 the user properties that metadata fill. Made anew only when the metadata it is made of have changed, so that
/// messages cost nothing for it.
/// </summary>
internal sealed class MqttHead
{
    private readonly MqttPlan _plan;
    private readonly ImmutableArray<string> _symbols;
    private readonly string?[] _values;
    private byte[]? _utf8;
    private TransportFailure? _problem;

    public MqttHead(MqttPlan plan)
    {
        _plan = plan;

        // Asked for once: the template makes the list anew each time.
        _symbols = plan.Topic is { IsLiteral: false } template ? template.Symbols : [];
        _values = _symbols.Length + plan.Properties.Length is > 0 and var all ? new string?[all] : [];
    }

    /// <summary>Bytes of it that are the topic; the rest are properties.</summary>
    public int TopicBytes { get; private set; }

    /// <summary>The topic, and behind it the properties, as they go out. The same array as before where nothing has changed.</summary>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? Resolve(MetadataStore metadata, out byte[] utf8)
    {
        if (HasChanged(metadata) || (_utf8 is null && _problem is null))
            _problem = Make(metadata, out _utf8);
        utf8 = _utf8 ?? [];
        return _problem;
    }

    private bool HasChanged(MetadataStore metadata)
    {
        var changed = false;
        var symbols = _symbols.Length;
        for (var i = 0; i < _values.Length; i++)
        {
            var value = i < symbols ? metadata.Outgoing(_symbols[i]) : metadata.Outgoing(_plan.Properties[i - symbols].Index);
            changed |= !ReferenceEquals(value, _values[i]);
            _values[i] = value;
        }

        return changed;
    }

    private TransportFailure? Make(MetadataStore metadata, out byte[]? utf8)
    {
        utf8 = null;
        var policy = _plan.Policy;
        if (_plan.Topic is not { } template)
            return MqttText.Bad(policy, "mqtt_topic", "states no mqtt_topic, so that it cannot publish; set \"mqtt_topic\" to where its messages go") with { Permanent = true };
        if (MqttText.Expand(policy, "mqtt_topic", template, metadata, out var text) is { } unset)
            return MqttText.OfMessage(unset);
        var topic = Encoding.UTF8.GetBytes(text);
        if (MqttTopics.NameProblem(topic) is { } problem)
            return Bad("mqtt_topic", $"has mqtt_topic '{OperatorText.Clean(text)}' after expansion, a topic that {problem}");
        if (_plan.IsAws && topic.Length > MqttDefaults.AwsTopicBytes)
            return Bad("mqtt_topic", $"has mqtt_topic with {topic.Length} bytes after expansion; AWS IoT takes {MqttDefaults.AwsTopicBytes} at most");
        TopicBytes = topic.Length;
        if (_plan.Properties.IsEmpty)
        {
            utf8 = topic;
            return null;
        }

        return AddProperties(metadata, topic, out utf8);
    }

    private TransportFailure Bad(string attribute, string problem) => MqttText.OfMessage(MqttText.Bad(_plan.Policy, attribute, problem));

    private TransportFailure? AddProperties(MetadataStore metadata, byte[] topic, out byte[]? utf8)
    {
        utf8 = null;
        var room = 0;
        foreach (var (index, name) in _plan.Properties)
            room += 5 + name.Length + Encoding.UTF8.GetByteCount(metadata.Outgoing(index) ?? "");
        var bytes = new byte[topic.Length + room];
        topic.CopyTo(bytes, 0);
        var properties = new MqttPropertyWriter(bytes.AsSpan(topic.Length));
        foreach (var (index, name) in _plan.Properties)
        {
            // What is not set is not sent.
            if (metadata.Outgoing(index) is { } value && !properties.TryAddUserProperty(name, Encoding.UTF8.GetBytes(value)))
            {
                return Bad("metadata", $"has metadata '{_plan.Policy.Metadata[index].Name}' of more than {MqttTexts.MaxBytes} bytes, which no user property can carry; make it shorter");
            }
        }

        utf8 = bytes[..(topic.Length + properties.WrittenBytes)];
        return null;
    }
}
