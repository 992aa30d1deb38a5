namespace SecureStreams;

/// <summary>What a health check of a context thinks of what it finds. Immutable.</summary>
public sealed record SsHealthOptions
{
    /// <summary>How long before its end a certificate in use makes the context degraded: of a listener, of a client, of a trust store. 14 days by default; zero for not before its end.</summary>
    public TimeSpan CertificateWarning { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long a <c>nailed_up</c> stream may be without a connection before the context is degraded; 1 minute by default, so that a reconnection in the ordinary course is none.</summary>
    public TimeSpan ConnectGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How old the policy in force may become, counted from when it was put in force, before the context is degraded; null, the default, for any age.</summary>
    public TimeSpan? MaximumPolicyAge { get; init; }

    /// <summary>
    /// Whether texts go into the result that may name endpoints, paths of files, and values of the policy: those of refusals and of listeners. False by default: health pages are often open to many.
    /// </summary>
    public bool Detailed { get; init; }
}
