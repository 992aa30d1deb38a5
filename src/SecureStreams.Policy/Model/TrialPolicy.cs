namespace SecureStreams.Policy;

/// <summary>The trial that a change of the policy has to stand (<c>trial_seconds</c>, <c>trial_connected</c>, <c>trial_acked</c>).</summary>
/// <param name="Seconds">How long it lasts, 0..86400 s; 0 for none: the change holds at once.</param>
/// <param name="Connected">Percent of the touched streams of a streamtype that were connected which must be so at the end, 0..100.</param>
/// <param name="Acked">Percent of the share of acknowledged transactions before that must be reached, 0..100.</param>
public sealed record TrialPolicy(int Seconds, int Connected, int Acked)
{
    /// <summary><see cref="Seconds"/> where the policy states none: no trial.</summary>
    public const int DefaultSeconds = 0;

    /// <summary><see cref="Connected"/> where the policy states none.</summary>
    public const int DefaultConnected = 90;

    /// <summary><see cref="Acked"/> where the policy states none.</summary>
    public const int DefaultAcked = 90;

    /// <summary>What holds where the policy states nothing.</summary>
    public static TrialPolicy Default { get; } = new(DefaultSeconds, DefaultConnected, DefaultAcked);
}
