using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>The policy in effect as lines for <see cref="SsExplanation"/>.</summary>
internal static class PolicyFacts
{
    public static IReadOnlyList<SsPolicyFact> Of(StreamTypePolicy policy)
    {
        var facts = new List<SsPolicyFact>();
        Add(facts, EffectivePolicy.Of(policy), "");
        return facts;
    }

    private static void Add(List<SsPolicyFact> facts, EffectivePolicy policy, string prefix)
    {
        foreach (var value in policy.Values)
        {
            var label = value.Attribute?.Name ?? "content";
            facts.Add(new SsPolicyFact($"{prefix}{label}{(value.Key is null ? "" : $" \"{value.Key}\"")}", value.Text, value.Location?.ToString() ?? "default"));
            foreach (var part in value.Parts)
                Add(facts, part, $"{prefix}{label} {part.Name}: ");
        }
    }
}
