using System.Text;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Transports.Mqtt;

/// <remarks>What a message brings for the stream's metadata: its topic and flags, and in MQTT 5 its user properties. Where one message says the same as the one before, nothing is made.</remarks>
internal sealed partial class MqttMember
{
    private byte[] _lastTopic = [];
    private int _lastFlags = -1;
    private string?[]? _lastValues;

    /// <summary>Of the message that comes in now: what goes into the stream's metadata; null for nothing.</summary>
    public string?[]? Values { get; private set; }

    /// <summary>Takes what a message brings.</summary>
    public void TakeValues(in MqttPublish publish, ReadOnlySpan<byte> topic)
    {
        var plan = Plan;
        Values = null;
        var hasProperties = !plan.Properties.IsEmpty && !publish.Properties.IsEmpty;
        if (!plan.TakesValues)
            return;
        var flags = ((int)publish.Qos << 2) | (publish.Retain ? 2 : 0) | (publish.Duplicate ? 1 : 0);
        if (!hasProperties && _lastValues is { } last && flags == _lastFlags && topic.SequenceEqual(_lastTopic))
        {
            Values = last;
            return;
        }

        var values = new string?[plan.Policy.Metadata.Length];
        if (plan.TopicIndex >= 0)
            values[plan.TopicIndex] = Encoding.UTF8.GetString(topic);
        if (plan.QosIndex >= 0)
            values[plan.QosIndex] = publish.Qos switch { MqttQos.AtMostOnce => "0", MqttQos.AtLeastOnce => "1", _ => "2" };
        if (plan.RetainIndex >= 0)
            values[plan.RetainIndex] = publish.Retain ? "1" : "0";
        if (plan.DuplicateIndex >= 0)
            values[plan.DuplicateIndex] = publish.Duplicate ? "1" : "0";
        Values = values;
        if (!hasProperties)
        {
            _lastTopic = topic.ToArray();
            _lastFlags = flags;
            _lastValues = values;
            return;
        }

        foreach (var property in publish.Properties)
        {
            if (property.Id == MqttPropertyId.UserProperty)
                Take(plan, property, values);
        }
    }

    private static void Take(MqttPlan plan, in MqttProperty property, string?[] values)
    {
        // The first of a name counts, as with headers.
        foreach (var (index, name) in plan.Properties)
        {
            if (values[index] is null && property.Name.SequenceEqual(name))
                values[index] = Encoding.UTF8.GetString(property.Value);
        }
    }
}
