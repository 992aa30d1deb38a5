using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>From a loaded policy to C# source that builds the same model without its text. Does no I/O, keeps no state; safe on any thread.</summary>
public static class PolicyCompiler
{
    /// <summary>Writes a class with the model and the names of the policy, or refuses.</summary>
    /// <param name="policy">What a load gave. Warnings are no obstacle, apart from secrets.</param>
    /// <param name="options">What the class is called; null for the defaults.</param>
    /// <returns>The source, or the refusals.</returns>
    /// <exception cref="ArgumentException"><paramref name="options"/> has names that C# does not take: <see cref="PolicyCompilerOptions.FindProblem"/>.</exception>
    public static PolicyCompilation ToCSharp(PolicyLoadResult policy, PolicyCompilerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        options ??= new PolicyCompilerOptions();
        if (options.FindProblem() is { } problem)
            throw new ArgumentException(problem, nameof(options));

        var refusals = CompilerRefusals.Of(policy);
        return policy.Model is { } model && refusals.IsEmpty
            ? new PolicyCompilation(new CSharpPolicyWriter(model, options).Write(), [])
            : new PolicyCompilation(null, refusals);
    }
}
