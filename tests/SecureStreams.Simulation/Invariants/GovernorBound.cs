using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;
using SecureStreams.Simulation.Peers;

namespace SecureStreams.Simulation.Invariants;

/// <summary>
/// Retries to one peer stay within the budget of its failure domain, as the network sees them: never more than the burst and what the rate has given back since, never more under way
/// than allowed.
/// </summary>
internal sealed class GovernorBound(SimWorld world) : Invariant(world)
{
    private readonly GovernorPolicy _budget = world.Context.Policy.Governor;

    public override void AttemptSeen(SimAttempt attempt)
    {
        if (!attempt.IsRetry)
            return;
        var server = attempt.Server;
        var interval = 60_000_000 / _budget.AttemptsPerMinute;

        // The leaky bucket: when it would be whole again if nothing more came.
        server.WholeAt = Math.Max(server.WholeAt, Now) + interval;
        if (server.WholeAt - Now > _budget.Burst * (long)interval)
            Violated(attempt.Actor, $"retries to {server.Name} come faster than {_budget.Burst} at once and {_budget.AttemptsPerMinute} a minute");
        var underWay = UnderWay(server);
        if (underWay > _budget.InFlight)
            Violated(attempt.Actor, $"{underWay} retries to {server.Name} are under way, {_budget.InFlight} may be");
    }

    private int UnderWay(SimServer server)
    {
        var count = 0;
        foreach (var actor in World.Actors)
        {
            if (IsUnderWay(actor.Attempt, server))
                count++;
            if (IsUnderWay(actor.Next, server))
                count++;
        }

        return count;

        static bool IsUnderWay(SimAttempt? attempt, SimServer server) => attempt is { IsRetry: true, Connected: false, Ended: false } && attempt.Server == server;
    }
}
