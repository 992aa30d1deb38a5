using SecureStreams.Implementation;
using SecureStreams.Network;

namespace SecureStreams;

/// <summary>The world a context lives in: time, randomness, names, sockets, threads. Tests replace parts of it; nothing in the runtime goes around it.</summary>
public sealed record SsPlatform
{
    /// <summary>The real world.</summary>
    public static SsPlatform System { get; } = new();

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Randomness for jitter. Not used for secrets.</summary>
    public SsRandom Random { get; init; } = SsRandom.System;

    /// <summary>Host names to addresses.</summary>
    public SsNameResolver Names { get; init; } = SsNameResolver.System;

    /// <summary>Opens sockets.</summary>
    public SsSocketDialer Sockets { get; init; } = SsSocketDialer.System;

    /// <summary>Runs mailboxes that no I/O loop runs.</summary>
    public SsScheduler Scheduler { get; init; } = SsScheduler.ThreadPool;
}
