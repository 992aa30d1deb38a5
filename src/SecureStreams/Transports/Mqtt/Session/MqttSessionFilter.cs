namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>A filter that the broker may be subscribed to in a session, as far as this side knows.</summary>
/// <param name="text">The filter.</param>
/// <param name="utf8">The filter as it goes out.</param>
internal sealed class MqttSessionFilter(string text, byte[] utf8)
{
    /// <summary>The filter.</summary>
    public string Text => text;

    /// <summary>The filter as it goes out.</summary>
    public byte[] Utf8 => utf8;

    /// <summary>Streamtypes that had it, and of which it is not known that they do not want it any more.</summary>
    public HashSet<string> StreamTypes { get; } = new(StringComparer.Ordinal);
}
