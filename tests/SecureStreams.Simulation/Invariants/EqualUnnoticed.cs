using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Invariants;

/// <summary>An edit says nothing of streamtypes whose effective policy is equal, however it is written; that their streams notice nothing is seen by <see cref="PlanKept"/>.</summary>
internal sealed class EqualUnnoticed(SimWorld world) : Invariant(world)
{
    public override void Edited(SimEdit edit)
    {
        var (before, after) = (edit.Before.Model.StreamTypes, edit.After.Model.StreamTypes);
        if (edit.Kind == EditKind.Respelled && (edit.Effects.Count > 0 || before.Count != after.Count || before.Any(one => !one.Value.Equals(after.GetValueOrDefault(one.Key)))))
            Violated(null, $"the same policy in other words is another: {string.Join(", ", edit.Effects)}");
        foreach (var effect in edit.Effects)
        {
            if (Equals(before.GetValueOrDefault(effect.StreamType), after.GetValueOrDefault(effect.StreamType)))
                Violated(null, $"{edit.Kind}: {effect}, and the policy of its streamtype is equal");
        }

        if (edit.Update is { Refusal: null } update && update.Changed.Concat(update.Added).Concat(update.Removed).Order(StringComparer.Ordinal).SequenceEqual(Differing(edit)) == false)
            Violated(null, $"{edit.Kind}: it names other streamtypes than those that differ");
    }

    private static IEnumerable<string> Differing(SimEdit edit) => edit.Before.Model.StreamTypes.Keys.Union(edit.After.Model.StreamTypes.Keys)
        .Where(name => !Equals(edit.Before.Model.StreamTypes.GetValueOrDefault(name), edit.After.Model.StreamTypes.GetValueOrDefault(name))).Order(StringComparer.Ordinal);
}
