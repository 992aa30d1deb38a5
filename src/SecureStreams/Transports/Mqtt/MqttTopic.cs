using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.Core;

namespace SecureStreams.Transports.Mqtt;

/// <summary>The topic that a stream publishes to: made anew only when the metadata it is made of have changed, so that messages cost nothing for it.</summary>
internal sealed class MqttTopic
{
    private readonly MqttPlan _plan;
    private readonly string?[] _values;
    private byte[]? _utf8;
    private TransportFailure? _problem;

    public MqttTopic(MqttPlan plan)
    {
        _plan = plan;
        _values = plan.Topic is { IsLiteral: false } template ? new string?[template.Symbols.Length] : [];
    }

    /// <summary>The topic as it goes out. The same array as before where nothing has changed.</summary>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? Resolve(MetadataStore metadata, out byte[] utf8)
    {
        if ((_utf8 is null && _problem is null) || HasChanged(metadata))
            _problem = Make(metadata, out _utf8);
        utf8 = _utf8 ?? [];
        return _problem;
    }

    private bool HasChanged(MetadataStore metadata)
    {
        var changed = false;
        for (var i = 0; i < _values.Length; i++)
        {
            var value = metadata.Outgoing(_plan.Topic!.Symbols[i]);
            changed |= !ReferenceEquals(value, _values[i]);
            _values[i] = value;
        }

        return changed;
    }

    private TransportFailure? Make(MetadataStore metadata, out byte[]? utf8)
    {
        utf8 = null;
        HasChanged(metadata);
        var policy = _plan.Policy;
        if (_plan.Topic is not { } template)
            return MqttText.Bad(policy, "mqtt_topic", "states no mqtt_topic, so that it cannot publish; set \"mqtt_topic\" to where its messages go") with { Permanent = true };
        if (MqttText.Expand(policy, "mqtt_topic", template, metadata, out var text) is { } unset)
            return unset;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (MqttTopics.NameProblem(bytes) is { } problem)
            return MqttText.Bad(policy, "mqtt_topic", $"has mqtt_topic '{Network.OperatorText.Clean(text)}' after expansion, a topic that {problem}");
        if (_plan.IsAws && bytes.Length > MqttDefaults.AwsTopicBytes)
            return MqttText.Bad(policy, "mqtt_topic", $"has mqtt_topic with {bytes.Length} bytes after expansion; AWS IoT takes {MqttDefaults.AwsTopicBytes} at most");
        utf8 = bytes;
        return null;
    }
}
