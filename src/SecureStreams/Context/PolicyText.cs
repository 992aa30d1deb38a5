using System.Collections.Immutable;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>From documents to a policy that may be used, by the settings of a context.</summary>
internal static class PolicyText
{
    // What a file that was written by hand may lack, a text that comes while streams run must have: it may have been cut off on its way.
    private static readonly string[] Truncations = ["SSP0001", "SSP0012"];

    /// <summary>Loads the sum of <paramref name="layers"/>.</summary>
    /// <param name="layers">The documents.</param>
    /// <param name="options">How they are judged.</param>
    /// <param name="fresh">The names of those that have just come, and are refused when they end before their last bracket.</param>
    /// <exception cref="SsPolicyException">It cannot be used; each finding is named with its place.</exception>
    public static (PolicyModel Model, ImmutableArray<string> Lines) Load(IReadOnlyList<PolicyDocument> layers, SsContextOptions options, ImmutableArray<string> fresh = default)
    {
        if (!PolicySupport.ReadsPolicyText)
            throw Refused(layers, [PolicySupport.Refusal]);
        var result = PolicyLoader.Load(layers, new PolicyLoadOptions
        {
            Product = options.Product,
            Strict = options.StrictPolicy,
            ValidAt = options.Platform.Time.GetUtcNow(),
        });
        ImmutableArray<string> lines = [.. result.Diagnostics.Select(static diagnostic => diagnostic.ToString())];
        var cut = !fresh.IsDefaultOrEmpty && result.Diagnostics.Any(one => Truncations.Contains(one.Id, StringComparer.Ordinal) && fresh.Contains(one.File, StringComparer.Ordinal));
        if (!cut && result.Model is { } model)
            return (model, lines);
        throw Refused(layers, lines);
    }

    /// <summary>As <see cref="Load"/>, with what <see cref="SsContextOptions.LastOverlay"/> makes of the sum on top of it.</summary>
    /// <exception cref="SsPolicyException">It cannot be used, alone or with that.</exception>
    public static (PolicyModel Model, ImmutableArray<string> Lines) LoadWhole(IReadOnlyList<PolicyDocument> layers, SsContextOptions options, ImmutableArray<string> fresh = default)
    {
        var loaded = Load(layers, options, fresh);
        return options.LastOverlay?.Invoke(loaded.Model) is { } last ? Load([.. layers, last], options, fresh) : loaded;
    }

    /// <summary>A copy that whoever owns the text cannot change.</summary>
    public static PolicyDocument Own(PolicyDocument document) => document with { Utf8 = document.Utf8.ToArray() };

    private static SsPolicyException Refused(IReadOnlyList<PolicyDocument> layers, ImmutableArray<string> lines) =>
        new($"The policy {string.Join(" with ", layers.Select(static layer => $"'{layer}'"))} cannot be used:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}", lines);
}
