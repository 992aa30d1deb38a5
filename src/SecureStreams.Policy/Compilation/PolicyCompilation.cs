using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>What came of compiling a policy: C# source, or why there is none.</summary>
public sealed class PolicyCompilation
{
    internal PolicyCompilation(string? text, ImmutableArray<PolicyDiagnostic> refusals)
    {
        Text = text;
        Refusals = refusals;
    }

    /// <summary>The source of one class, with line feeds, to be kept as UTF-8; null exactly when the policy was refused. The same policy and options give the same text.</summary>
    public string? Text { get; }

    /// <summary>
    /// Why there is no source, each an error with its place that says what to do: what keeps the policy from loading, and each secret that stands in it (SSP0305, SSP0306),
    /// which would otherwise lie in a source and in a program. Never quotes a secret. Empty when there is source.
    /// </summary>
    public ImmutableArray<PolicyDiagnostic> Refusals { get; }
}
