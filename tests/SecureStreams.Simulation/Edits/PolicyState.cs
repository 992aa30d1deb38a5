using SecureStreams.Policy;

namespace SecureStreams.Simulation.Edits;

/// <summary>What a context says of its policy.</summary>
/// <param name="Model">The policy in force.</param>
/// <param name="Revision">Its number.</param>
/// <param name="Overlays">The overlays over it.</param>
internal sealed record PolicyState(PolicyModel Model, long Revision, IReadOnlyList<string> Overlays)
{
    public static PolicyState Of(LocalContext context) => new(context.Policy, context.PolicyRevision, context.AppliedOverlays);
}
