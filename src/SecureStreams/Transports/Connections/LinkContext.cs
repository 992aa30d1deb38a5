using System.Runtime.CompilerServices;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Transports.Connections;

/// <summary>What the lasting connections of a context share. Safe from any thread.</summary>
/// <param name="platform">The world.</param>
/// <param name="dialer">Makes connections; owned by the caller.</param>
internal sealed class LinkContext(SsPlatform platform, Dialer dialer)
{
    private readonly ConditionalWeakTable<StreamTypePolicy, LinkPlan> _plans = [];
    private readonly ConditionalWeakTable<StreamTypePolicy, LinkPlan>.CreateValueCallback _makePlan = policy => new LinkPlan(policy, dialer.Faults is not null);

    /// <summary>The clock.</summary>
    public TimeProvider Time => platform.Time;

    /// <summary>Makes connections.</summary>
    public Dialer Dialer => dialer;

    /// <summary>What is worked out once for a policy.</summary>
    public LinkPlan PlanOf(StreamTypePolicy policy) => _plans.GetValue(policy, _makePlan);
}
