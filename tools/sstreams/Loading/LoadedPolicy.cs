using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>What came of a selection that could be read.</summary>
/// <param name="Selection">What was asked for.</param>
/// <param name="Result">What the loader made of it; null when it was not asked.</param>
/// <param name="Diagnostics">Everything that was noticed, by place.</param>
internal sealed record LoadedPolicy(PolicySelection Selection, PolicyLoadResult? Result, ImmutableArray<PolicyDiagnostic> Diagnostics)
{
    /// <summary>The policy; null when there are errors.</summary>
    public PolicyModel? Model => Result?.Model;

    public int Errors => Diagnostics.Count(static finding => finding.Severity == PolicySeverity.Error);

    public int Warnings => Diagnostics.Length - Errors;
}
