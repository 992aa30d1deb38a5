namespace SecureStreams.Network;

/// <summary>How far the dial of an attempt came that failed.</summary>
/// <param name="Timings">How long each step took.</param>
/// <param name="FailedIn">The step that failed; null when there was a connection, and what failed came after it.</param>
internal readonly record struct DialSteps(DialTimings Timings, SsPhase? FailedIn)
{
    /// <summary>Of a dial whose attempt has failed now.</summary>
    public static DialSteps Of(DialProgress progress)
    {
        var phase = progress.Phase;
        return new(progress.Timings, phase == SsPhase.Protocol ? null : phase);
    }

    /// <summary>As operators see them; null when nothing was begun.</summary>
    public SsConnectTimes? Times => Timings == default ? null : new SsConnectTimes(Timings.Names, Timings.Connect, Timings.Proxy, Timings.Tls);
}
