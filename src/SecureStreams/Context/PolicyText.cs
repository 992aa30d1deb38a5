using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>From documents to a policy that may be used, by the settings of a context.</summary>
internal static class PolicyText
{
    /// <summary>Loads the sum of <paramref name="layers"/>.</summary>
    /// <exception cref="SsPolicyException">It cannot be used; each finding is named with its place.</exception>
    public static (PolicyModel Model, ImmutableArray<string> Lines) Load(IReadOnlyList<PolicyDocument> layers, SsContextOptions options)
    {
        var result = PolicyLoader.Load(layers, new PolicyLoadOptions
        {
            Product = options.Product,
            Strict = options.StrictPolicy,
            ValidAt = options.Platform.Time.GetUtcNow(),
        });
        ImmutableArray<string> lines = [.. result.Diagnostics.Select(static diagnostic => diagnostic.ToString())];
        if (result.Model is { } model)
            return (model, lines);
        throw new SsPolicyException($"The policy {string.Join(" with ", layers.Select(static layer => $"'{layer}'"))} cannot be used:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}", lines);
    }

    /// <summary>A copy that whoever owns the text cannot change.</summary>
    public static PolicyDocument Own(PolicyDocument document) => document with { Utf8 = document.Utf8.ToArray() };
}
