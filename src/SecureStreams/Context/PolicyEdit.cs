using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>What a policy is to be made of from now on.</summary>
/// <param name="Name">What reports call the change.</param>
/// <param name="Documents">The documents under the overlays; default for a bare model.</param>
/// <param name="Applied">The overlays applied at run time.</param>
/// <param name="Fresh">The names of the documents that the change brings.</param>
/// <param name="Model">A model in place of documents; null for theirs.</param>
internal sealed record PolicyEdit(string Name, ImmutableArray<PolicyDocument> Documents, ImmutableArray<PolicyDocument> Applied, ImmutableArray<string> Fresh, PolicyModel? Model = null);
