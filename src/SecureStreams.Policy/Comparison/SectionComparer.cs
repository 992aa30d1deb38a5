using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Pairs the parts of a section by name.</summary>
internal static class SectionComparer
{
    public static PolicySectionDiff Compare<T>(PolicySection section, IReadOnlyDictionary<string, T> before, IReadOnlyDictionary<string, T> after)
        where T : PolicyPart
    {
        var added = ImmutableArray.CreateBuilder<PolicyPart>();
        var removed = ImmutableArray.CreateBuilder<PolicyPart>();
        var changed = ImmutableArray.CreateBuilder<PolicyPartDiff>();
        foreach (var name in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var was = before.GetValueOrDefault(name);
            var now = after.GetValueOrDefault(name);
            if (was is null)
                added.Add(now!);
            else if (now is null)
                removed.Add(was);
            else if (!was.Equals(now))
                changed.Add(new PolicyPartDiff(was, now, PartComparer.Compare(was, now)));
        }

        return new PolicySectionDiff { Section = section, Added = added.ToImmutable(), Removed = removed.ToImmutable(), Changed = changed.ToImmutable() };
    }

    /// <summary>Names of metrics may repeat: the first of a name is held against the first, the second against the second.</summary>
    public static PolicySectionDiff CompareMetrics(ImmutableArray<MetricPolicy> before, ImmutableArray<MetricPolicy> after)
    {
        var was = Numbered(before);
        var now = Numbered(after);
        var order = !was.Select(static one => one.Key).Where(key => now.Exists(one => one.Key == key))
            .SequenceEqual(now.Select(static one => one.Key).Where(key => was.Exists(one => one.Key == key)), StringComparer.Ordinal);
        return Compare(PolicySection.Metrics, was.ToDictionary(StringComparer.Ordinal), now.ToDictionary(StringComparer.Ordinal)) with { OrderChanged = order };
    }

    private static List<KeyValuePair<string, MetricPolicy>> Numbered(ImmutableArray<MetricPolicy> metrics)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var numbered = new List<KeyValuePair<string, MetricPolicy>>(metrics.Length);
        foreach (var metric in metrics)
        {
            var number = seen[metric.Name] = seen.GetValueOrDefault(metric.Name) + 1;
            numbered.Add(KeyValuePair.Create($"{metric.Name}\0{number}", metric));
        }

        return numbered;
    }
}
