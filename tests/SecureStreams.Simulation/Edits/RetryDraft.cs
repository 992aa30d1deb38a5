using System.Collections.Immutable;
using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Edits;

/// <summary>A back-off scheme as an editor sees it.</summary>
internal sealed record RetryDraft
{
    public required string Name { get; init; }

    /// <summary>Delays in milliseconds.</summary>
    public required ImmutableArray<int> Backoff { get; init; }

    public required int Conceal { get; init; }

    public required int JitterPercent { get; init; }

    /// <summary>Seconds; 0 for none.</summary>
    public required int Ping { get; init; }

    public required int Hangup { get; init; }

    /// <summary>Whether the document counts them in milliseconds, by other attributes.</summary>
    public bool InMilliseconds { get; init; }

    public static RetryDraft Of(RetryPolicy policy) => new()
    {
        Name = policy.Name,
        Backoff = [.. policy.Backoff.Select(static delay => (int)delay.TotalMilliseconds)],
        Conceal = policy.Conceal,
        JitterPercent = policy.JitterPercent,
        Ping = (int)(policy.ValidityPing ?? TimeSpan.Zero).TotalSeconds,
        Hangup = (int)(policy.ValidityHangup ?? TimeSpan.Zero).TotalSeconds,
    };

    /// <summary>Other bounds on silence, none of which a sound peer ever breaks: it is asked in time, or speaks in time by itself.</summary>
    public RetryDraft WithOtherBounds(SimRandom random) => Ping == 0
        ? this with { Hangup = 26 + random.Below(20), InMilliseconds = random.OneIn(2) }
        : this with { Ping = 6 + random.Below(5), Hangup = 14 + random.Below(10), InMilliseconds = random.OneIn(2) };

    public RetryDraft WithOtherDelays(SimRandom random) => this with
    {
        Backoff = [.. Enumerable.Range(0, 2 + random.Below(5)).Select(step => (200 + random.Below(200)) << step)],
        JitterPercent = 10 * random.Below(6),
        Conceal = Conceal == RetryPolicy.Forever ? Conceal : 2 + random.Below(4),
    };

    public PolicyMembers Members()
    {
        var members = new PolicyMembers();
        members.Add("backoff", $"[{string.Join(',', Backoff.Select(static delay => delay.ToString(CultureInfo.InvariantCulture)))}]");
        members.Add("conceal", Conceal);
        members.Add("jitterpc", JitterPercent);
        if (InMilliseconds)
        {
            members.Add("svalidping_ms", Ping * 1000);
            members.Add("svalidhup_ms", Hangup * 1000);
        }
        else
        {
            members.Add("svalidping", Ping);
            members.Add("svalidhup", Hangup);
        }

        return members;
    }
}
