using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// What a change of the policy has to come up to before it holds for good. A policy says it of itself (<c>trial_seconds</c>, <c>trial_connected</c>, <c>trial_acked</c>); whoever
/// puts it in force may say otherwise. The rules are in <c>docs/live-policy.md</c>. Immutable.
/// </summary>
public sealed record SsPolicyTrialOptions
{
    /// <summary>The longest <see cref="Duration"/>: 24 hours.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    /// <summary>No trial, whatever the policy says: the change holds at once, and so does one that was on trial when it came.</summary>
    public static SsPolicyTrialOptions None { get; } = new() { Duration = TimeSpan.Zero };

    /// <summary>How long the trial lasts, up to <see cref="LongestDuration"/>; 60 s by default, zero for none.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Percent of the touched streams that were connected, 0 to 100, which must be connected at its end: streamtype by streamtype. 90 by default.</summary>
    public int ConnectedPercent { get; init; } = TrialPolicy.DefaultConnected;

    /// <summary>
    /// Percent, 0 to 100, of the share that was acknowledged before which must be acknowledged in the trial: of the transactions of a client, of the connections that come to a server.
    /// 90 by default.
    /// </summary>
    public int AckedPercent { get; init; } = TrialPolicy.DefaultAcked;

    /// <summary>What a policy says of itself.</summary>
    internal static SsPolicyTrialOptions Of(TrialPolicy policy) =>
        new() { Duration = TimeSpan.FromSeconds(policy.Seconds), ConnectedPercent = policy.Connected, AckedPercent = policy.Acked };

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Duration, LongestDuration);
        ArgumentOutOfRangeException.ThrowIfNegative(ConnectedPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectedPercent, 100);
        ArgumentOutOfRangeException.ThrowIfNegative(AckedPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(AckedPercent, 100);
    }
}
