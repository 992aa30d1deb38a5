using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>The dead-peer bound of a connection: one rule for every protocol.</summary>
/// <param name="Ping">Silence after which the peer is asked for a sign of life; null where it is not asked.</param>
/// <param name="Hangup">Silence after which the connection is given up.</param>
internal readonly record struct Liveness(TimeSpan? Ping, TimeSpan Hangup)
{
    /// <summary>What holds for protocols that can ask where the policy states nothing, as lws.</summary>
    public static readonly Liveness Default = new(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(50));

    // The first that is stated decides.
    private static readonly string[] Attributes = ["svalidhup_ms", "svalidhup", "svalidping_ms", "svalidping"];

    /// <summary>First moment at which silence asks for something to be done.</summary>
    public TimeSpan First => Ping is { } ping ? ping : Hangup;

    /// <summary>The attribute of <paramref name="policy"/> that decides the bound; <c>svalidhup</c> where the default holds.</summary>
    public static string StatedBy(RetryPolicy? policy)
    {
        foreach (var attribute in Attributes)
        {
            if (policy?.Find(attribute) is not null)
                return attribute;
        }

        return "svalidhup";
    }

    /// <summary>The bound under <paramref name="policy"/>; null when there is none.</summary>
    /// <param name="policy">The retry scheme, which states it.</param>
    /// <param name="canPing">Whether the protocol can ask. One that cannot is only judged where the policy says how long its silence may be.</param>
    public static Liveness? Of(RetryPolicy? policy, bool canPing)
    {
        var ping = policy?.ValidityPing is { Ticks: > 0 } stated ? stated : (TimeSpan?)null;
        if (policy?.ValidityHangup is { } hangup)
        {
            if (hangup == TimeSpan.Zero)
                return null;

            // A hang-up that comes no later than the ping leaves no time to answer: then nobody is asked. A hang-up alone leaves half of it for the answer.
            ping ??= hangup / 2;
            return new Liveness(canPing && ping < hangup ? ping : null, hangup);
        }

        if (!canPing)
            return null;

        // The share that lws's own defaults leave for the answer.
        return ping is { } alone ? new Liveness(alone, alone * 1.25) : Default;
    }
}
