namespace SecureStreams.Benchmarks.Crowds;

/// <summary>The rate of the crowd, as libwebsockets was measured with it.</summary>
internal static class CrowdDefaults
{
    /// <summary>From one message of a connection to its next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>At this rate before the clock starts.</summary>
    public static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(3);

    /// <summary>How long echoes may stay out once nothing more is sent.</summary>
    public static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    /// <summary>When a connection begins, so that no two send at the same moment for being made so: the connections are spread over an interval.</summary>
    public static TimeSpan OffsetOf(int connection, int connections) => Interval * connection / connections;
}
