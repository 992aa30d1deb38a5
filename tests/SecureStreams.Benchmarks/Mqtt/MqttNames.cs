namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>Topics of the MQTT workloads, which both sides use.</summary>
internal static class MqttNames
{
    /// <summary>Where messages go that nobody subscribes to.</summary>
    public const string Topic = "bench/out";

    /// <summary>Above the topics of <see cref="Out"/> and <see cref="Back"/>.</summary>
    public const string Root = "bench";

    /// <summary>The last level of <see cref="Topic"/>.</summary>
    public const string Out = "out";

    /// <summary>The last level of the topic that the publisher subscribes to.</summary>
    public const string Back = "back";

    /// <summary>The policy's metadata for the last level.</summary>
    public const string Level = "level";
}
