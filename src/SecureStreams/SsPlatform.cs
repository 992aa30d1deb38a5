using SecureStreams.Implementation;
using SecureStreams.Network;

namespace SecureStreams;

/// <summary>The world a context lives in: time, randomness, names, sockets, threads. Tests replace parts of it; nothing in the runtime goes around it. Every part is called from any thread, and disposed by nobody.</summary>
public sealed record SsPlatform
{
    /// <summary>The real world; the default of every part.</summary>
    public static SsPlatform System { get; } = new();

    /// <summary>Clock and timers: back-off, bounds, <see cref="SecureStream.StartTimeout"/>, certificate validity, times of details.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Randomness for jitter. Not used for secrets.</summary>
    public SsRandom Random { get; init; } = SsRandom.System;

    /// <summary>Host names to addresses. Address literals and Unix sockets do not ask it.</summary>
    public SsNameResolver Names { get; init; } = SsNameResolver.System;

    /// <summary>Opens sockets.</summary>
    public SsSocketDialer Sockets { get; init; } = SsSocketDialer.System;

    /// <summary>Runs mailboxes that no I/O loop runs.</summary>
    public SsScheduler Scheduler { get; init; } = SsScheduler.ThreadPool;
}
