namespace SecureStreams.Codecs.Mqtt;

/// <summary>How the value of a property is written (MQTT 5 section 2.2.2.2).</summary>
internal enum MqttPropertyForm
{
    /// <summary>No such property.</summary>
    None,
    Byte,
    TwoBytes,
    FourBytes,
    Variable,
    Text,
    Binary,
    TextPair,
}
