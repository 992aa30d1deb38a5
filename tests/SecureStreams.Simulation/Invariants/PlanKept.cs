using SecureStreams.Policy;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>An edit of the policy does to each stream what the plan made just before said, and nothing else: no connection or attempt ends because of an edit that did not announce it.</summary>
internal sealed class PlanKept(SimWorld world) : Invariant(world)
{
    public override void Edited(SimEdit edit)
    {
        if (edit is { Plan: { } plan, Update: { } update } && !plan.Effects.SequenceEqual(update.Effects))
            Violated(null, $"{edit.Kind}: the plan was {Text(plan.Effects)}, and the update says {Text(update.Effects)}");
        if (!edit.IsQuiet)
            return;
        foreach (var actor in World.Actors)
        {
            if (actor.Stream is { } stream && actor.State != SsState.Destroying)
                Check(edit, actor, edit.Effects.FirstOrDefault(one => one.StreamId == stream.Id));
        }
    }

    public override void AttemptStarted(SimAttempt attempt)
    {
        var actor = attempt.Actor;
        if (!attempt.Replaces)
            return;
        if (!actor.IsConnected || actor.Next is not null)
            Violated(actor, $"attempt {attempt.Id} is to replace a connection, when the stream is {actor.State} and replaces it {(actor.Next is null ? "for the first time" : "already")}");

        // Its turn with the governor may come at the moment of an edit that takes the plan back, and before that is followed: then it is given up at once.
        if (actor.Planned is not { Action: SsPolicyAction.Replace } && !(actor.PlannedAt == Now && actor.PlannedBefore is { Action: SsPolicyAction.Replace }))
            Violated(actor, $"attempt {attempt.Id} is to replace a connection, and the plan said {Said(actor)}");
    }

    public override void Finishing(SimAttempt attempt)
    {
        if (attempt.Actor.Planned is not { Action: SsPolicyAction.Replace or SsPolicyAction.Reconnect })
            Violated(attempt.Actor, $"the connection of attempt {attempt.Id} is asked to end for another, and the plan said {Said(attempt.Actor)}");
    }

    public override void LetGo(SimAttempt attempt, SsCauseCode because)
    {
        if (because == SsCauseCode.PolicyChanged && attempt == attempt.Actor.Attempt && !attempt.Connected && !attempt.Ended && !IsJustPlanned(attempt.Actor, PolicyImpact.Reconnect))
            Violated(attempt.Actor, $"attempt {attempt.Id} was ended for another, and the plan said {Said(attempt.Actor)}");
    }

    public override void StateTold(SimActor actor, in SsStateChange change)
    {
        switch (change.Cause.Code)
        {
            case SsCauseCode.PolicyChanged when change.State != SsState.Disconnected:
                Violated(actor, $"{change.State} because the policy was changed");
                break;
            case SsCauseCode.PolicyChanged when actor.Attempt is not { Finishes: true } && actor.Next is not { Connected: true, Ended: false }:
                Violated(actor, $"it lost its connection to another policy, and the plan said {Said(actor)}");
                break;
            case SsCauseCode.StreamTypeRemoved when !World.Editor!.WasAbsent(actor.Kind.Name):
                Violated(actor, "it ended because its streamtype is gone, and it is there");
                break;
            case SsCauseCode.StreamTypeRemoved when change.State == SsState.Disconnected && !IsJustPlanned(actor, PolicyImpact.Recreate):
                Violated(actor, $"it lost its connection with its streamtype, and the plan said {Said(actor)}");
                break;
        }
    }

    /// <summary>What the table of docs/live-policy.md says of a stream in this state.</summary>
    private void Check(SimEdit edit, SimActor actor, SsPolicyEffect? effect)
    {
        var was = edit.Before.Model.StreamTypes.GetValueOrDefault(actor.Kind.Name);
        var now = edit.After.Model.StreamTypes.GetValueOrDefault(actor.Kind.Name);
        if (Equals(was, now) != effect is null)
        {
            Violated(actor, $"{edit.Kind}: its policy {(effect is null ? "differs" : "is equal")}, and the plan says {effect?.ToString() ?? "nothing"}");
            return;
        }

        if (effect is null || actor.Kind.IsTransactional || actor.Attempt is not { Connected: true, Ended: false } attempt || !actor.IsConnected)
            return;
        SsPolicyAction[] expected = (now, effect.Impact) switch
        {
            (null, _) => [SsPolicyAction.End],
            (_, PolicyImpact.Live) => [SsPolicyAction.Live],
            (_, PolicyImpact.NextAttempt) => [SsPolicyAction.NextAttempt],
            (_, PolicyImpact.Reconnect) when attempt.Policy.Protocol == WireProtocol.WebSocket || (attempt.Policy.Protocol == WireProtocol.Raw && actor.Handler!.PermitsOverlap) => [SsPolicyAction.Replace],
            _ => [SsPolicyAction.Reconnect],
        };
        if (!expected.Contains(effect.Action))
            Violated(actor, $"{edit.Kind}: the plan says {effect}, and the table {expected[0]}");

        // One that has the policy before: the edit alone counts.
        if (attempt.Policy.Equals(was) && edit.Kind is EditKind.Live or EditKind.NextAttempt && effect.Impact > (edit.Kind == EditKind.Live ? PolicyImpact.Live : PolicyImpact.NextAttempt))
            Violated(actor, $"{edit.Kind}: the plan says {effect}");
    }

    private bool IsJustPlanned(SimActor actor, PolicyImpact least) => actor.PlannedAt == Now && actor.Planned is { } planned && planned.Impact >= least;

    private static string Said(SimActor actor) => actor.Planned?.ToString() ?? "nothing";

    private static string Text(IEnumerable<SsPolicyEffect> effects) => string.Join(", ", effects);
}
