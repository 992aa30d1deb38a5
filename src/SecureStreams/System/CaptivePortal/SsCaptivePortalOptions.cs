namespace SecureStreams;

/// <summary>When a context looks by itself where the network leads. By default never: making a context dials nothing. <see cref="SsCaptivePortal.DetectAsync"/> always does.</summary>
public sealed record SsCaptivePortalOptions
{
    /// <summary><see cref="Timeout"/> where the program says nothing: 3 s, what lws means.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(3);

    /// <summary><see cref="RecheckInterval"/> where the program says nothing: 30 s.</summary>
    public static readonly TimeSpan DefaultRecheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the context looks by itself: when it begins, after each change of this machine's addresses, when a redirect tells of a portal, and again and again for as long as the result is not
    /// <see cref="SsInternet.Internet"/>. False by default. A policy without the streamtype is no error then; nothing is looked for.
    /// </summary>
    public bool Automatic { get; init; }

    /// <summary>How long one look takes at most, where the streamtype states no <c>timeout_ms</c>: 3 s by default. From 1 ms to a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public TimeSpan Timeout
    {
        get;
        init => field = Bounded(value, nameof(Timeout));
    }
    = DefaultTimeout;

    /// <summary>How long after one that did not find the Internet the next look comes, with <see cref="Automatic"/>: 30 s by default. From 1 ms to a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public TimeSpan RecheckInterval
    {
        get;
        init => field = Bounded(value, nameof(RecheckInterval));
    }
    = DefaultRecheckInterval;

    /// <summary>The least of both.</summary>
    internal static TimeSpan Shortest { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The most of both.</summary>
    internal static TimeSpan Longest { get; } = TimeSpan.FromDays(1);

    private static TimeSpan Bounded(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, Shortest, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Longest, name);
        return value;
    }
}
