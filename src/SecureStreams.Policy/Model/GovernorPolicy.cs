namespace SecureStreams.Policy;

/// <summary>The budget that the streams of a context share for attempts to a peer that fails (<c>governor_rate</c>, <c>governor_burst</c>, <c>governor_in_flight</c>).</summary>
/// <param name="AttemptsPerMinute">How fast spent attempts come back, 1..60000.</param>
/// <param name="Burst">How many attempts need not wait for the rate, 1..10000.</param>
/// <param name="InFlight">How many are under way at a time, 1..10000.</param>
public sealed record GovernorPolicy(int AttemptsPerMinute, int Burst, int InFlight)
{
    /// <summary><see cref="AttemptsPerMinute"/> where the policy states none: ten a second.</summary>
    public const int DefaultAttemptsPerMinute = 600;

    /// <summary><see cref="Burst"/> where the policy states none.</summary>
    public const int DefaultBurst = 20;

    /// <summary><see cref="InFlight"/> where the policy states none.</summary>
    public const int DefaultInFlight = 20;

    /// <summary>What holds where the policy states nothing.</summary>
    public static GovernorPolicy Default { get; } = new(DefaultAttemptsPerMinute, DefaultBurst, DefaultInFlight);
}
