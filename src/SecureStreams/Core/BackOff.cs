using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>When to try again: a pure function of policy, count and chance.</summary>
internal static class BackOff
{
    /// <summary>The longest delay ever used, whatever a policy or a peer asks for: what timers can take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The longest time a peer can make a stream stay away (Retry-After).</summary>
    public static readonly TimeSpan LongestHint = TimeSpan.FromDays(1);

    /// <summary>Whether policy allows another attempt after <paramref name="failures"/> failed ones in a row.</summary>
    public static bool MayRetry(RetryPolicy? policy, int failures) =>
        policy is not null && (policy.Conceal == RetryPolicy.Forever || failures <= policy.Conceal);

    /// <summary>The delay before the next attempt.</summary>
    /// <param name="policy">The scheme.</param>
    /// <param name="failures">Failed attempts in a row so far, from 1; 0 counts as 1.</param>
    /// <param name="chance">A random number in [0, 1).</param>
    /// <param name="longest">Whether the longest delay of the table is used, whatever the count.</param>
    /// <param name="hint">What the peer asked for; the longer of both is used.</param>
    public static TimeSpan Delay(RetryPolicy policy, int failures, double chance, TimeSpan? hint = null, bool longest = false)
    {
        var index = Math.Min(Math.Max(failures, 1) - 1, policy.Backoff.Length - 1);
        var milliseconds = (longest ? policy.Backoff.Max() : policy.Backoff[index]).TotalMilliseconds;

        // Whole milliseconds, because timers cut off the rest: what is announced is what happens, and it is never less than the table says.
        milliseconds += Math.Floor(milliseconds * policy.JitterPercent / 100.0 * chance);
        var delay = milliseconds >= Longest.TotalMilliseconds ? Longest : TimeSpan.FromMilliseconds(milliseconds);

        if (hint is { } asked && asked > delay)
            delay = asked < LongestHint ? asked : LongestHint;
        return delay;
    }
}
