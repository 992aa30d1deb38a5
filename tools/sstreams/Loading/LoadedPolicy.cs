using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>What came of a selection that could be read.</summary>
/// <param name="Selection">What was asked for.</param>
/// <param name="Model">The policy; null when there are errors.</param>
/// <param name="Diagnostics">Everything that was noticed, by place.</param>
internal sealed record LoadedPolicy(PolicySelection Selection, PolicyModel? Model, ImmutableArray<PolicyDiagnostic> Diagnostics)
{
    public int Errors => Diagnostics.Count(static finding => finding.Severity == PolicySeverity.Error);

    public int Warnings => Diagnostics.Length - Errors;
}
