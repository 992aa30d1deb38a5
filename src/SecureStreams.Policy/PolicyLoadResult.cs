using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What came of a load: a model or errors, and in both cases everything that was noticed.</summary>
public sealed class PolicyLoadResult
{
    internal PolicyLoadResult(PolicyModel? model, ImmutableArray<PolicyDiagnostic> diagnostics)
    {
        Model = model;
        Diagnostics = diagnostics;
    }

    /// <summary>The policy; null exactly when there is an error.</summary>
    public PolicyModel? Model { get; }

    /// <summary>Errors and warnings by place.</summary>
    public ImmutableArray<PolicyDiagnostic> Diagnostics { get; }

    /// <summary>Whether anything is an error.</summary>
    public bool HasErrors => Model is null;
}
