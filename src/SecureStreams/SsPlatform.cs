using SecureStreams.Implementation;
using SecureStreams.Network;

namespace SecureStreams;

/// <summary>The world a context lives in: time, randomness, names, sockets, threads. Tests replace parts of it; nothing in the runtime goes around it. Every part is called from any thread, and disposed by nobody.</summary>
public sealed record SsPlatform
{
    private static readonly string? ProxyOfEnvironment = Environment.GetEnvironmentVariable("socks_proxy");

    /// <summary>The real world; the default of every part.</summary>
    public static SsPlatform System { get; } = new();

    /// <summary>Clock and timers: back-off, bounds, <see cref="SecureStream.StartTimeout"/>, certificate validity, times of details.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Randomness for jitter. Not used for secrets.</summary>
    public SsRandom Random { get; init; } = SsRandom.System;

    /// <summary>Host names to addresses. Address literals and Unix sockets do not ask it.</summary>
    public SsNameResolver Names { get; init; } = SsNameResolver.System;

    /// <summary>Notices when this machine changes its network: what was learned of names and addresses is forgotten then.</summary>
    public SsNetworkWatch NetworkWatch { get; init; } = SsNetworkWatch.System;

    /// <summary>
    /// The SOCKS5 proxy of clients for which the policy says nothing of proxies, as in lws: <c>host:port</c> or <c>user:password@host:port</c>, with or without
    /// <c>socks5://</c> or <c>socks5h://</c> before it. By default what the environment variable <c>socks_proxy</c> was at the first look at this class; null or empty for none. A
    /// text that is none of that keeps such clients from connecting, since to go around a proxy that somebody asked for would be worse.
    /// </summary>
    public string? SocksProxy { get; init; } = ProxyOfEnvironment;

    /// <summary>Opens sockets.</summary>
    public SsSocketDialer Sockets { get; init; } = SsSocketDialer.System;

    /// <summary>Runs mailboxes that no I/O loop runs.</summary>
    public SsScheduler Scheduler { get; init; } = SsScheduler.ThreadPool;
}
