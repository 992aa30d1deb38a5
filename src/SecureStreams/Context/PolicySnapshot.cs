using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What is in force at one time. Immutable: a change makes another and replaces the reference.</summary>
/// <param name="Model">The policy.</param>
/// <param name="Revision">Counts the changes; 0 for what the context was made with.</param>
/// <param name="Documents">What it was made of, under those that were applied; default for a model that was made of none, or of none that are known.</param>
/// <param name="Applied">The overlays applied at run time, in their order.</param>
/// <param name="Lines">What the loader noticed, a line each.</param>
internal sealed record PolicySnapshot(PolicyModel Model, long Revision, ImmutableArray<PolicyDocument> Documents, ImmutableArray<PolicyDocument> Applied, ImmutableArray<string> Lines);
