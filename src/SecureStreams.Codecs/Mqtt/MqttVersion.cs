namespace SecureStreams.Codecs.Mqtt;

/// <summary>A version of the protocol; the value is the protocol level that CONNECT states.</summary>
public enum MqttVersion
{
    /// <summary>MQTT 3.1.1 (OASIS Standard, 29 October 2014).</summary>
    V311 = 4,

    /// <summary>MQTT 5.0 (OASIS Standard, 7 March 2019).</summary>
    V5 = 5,
}
