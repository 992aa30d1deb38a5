namespace SecureStreams.Transports.Mqtt;

/// <summary>One filter that a connection subscribes to, for one stream or several.</summary>
/// <param name="filter">The filter as it goes out.</param>
/// <param name="text">The filter.</param>
internal sealed class MqttSubscribed(byte[] filter, string text)
{
    /// <summary>The filter as it goes out.</summary>
    public byte[] Filter => filter;

    /// <summary>The filter.</summary>
    public string Text => text;

    /// <summary>The streams that have it.</summary>
    public List<MqttMember> Members { get; } = [];

    /// <summary>Those of them that wait for the broker's answer.</summary>
    public List<MqttMember> Waiting { get; } = [];

    /// <summary>The quality of service that is asked for; null where nothing is.</summary>
    public int? Asked { get; set; }
}
