using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>What cannot be used is refused, by plan and update alike, and nothing has changed then; what can is in force.</summary>
internal sealed class RefusedChangesNothing(SimWorld world) : Invariant(world)
{
    public override void Edited(SimEdit edit)
    {
        if (edit.Kind != EditKind.Invalid)
        {
            var refusal = edit.Update?.Refusal ?? edit.Plan?.Refusal;
            if (refusal is not null)
                Violated(null, $"{edit.Kind} was refused: {refusal}");
            else if (edit.Update is { Applied: false })
                Violated(null, $"{edit.Kind} was not refused, and is not in force");
            return;
        }

        if (edit is not { Plan.Refusal: not null, Update: { Refusal: not null, Applied: false } })
            Violated(null, "what cannot be used was not refused");
        if (edit.Effects.Count > 0 || edit.Before.Revision != edit.After.Revision || !ReferenceEquals(edit.Before.Model, edit.After.Model) || !edit.Before.Overlays.SequenceEqual(edit.After.Overlays))
            Violated(null, $"what was refused changed something: revision {edit.Before.Revision} is {edit.After.Revision} now, overlays {string.Join(", ", edit.After.Overlays)}");
    }
}
