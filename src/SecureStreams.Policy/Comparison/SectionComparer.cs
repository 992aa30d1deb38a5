using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>Pairs the parts of a section by name.</summary>
internal static class SectionComparer
{
    /// <param name="section">Which section.</param>
    /// <param name="before">Its parts as they were.</param>
    /// <param name="after">Its parts as they are.</param>
    /// <param name="orderChanged">Whether those that both have stand in another order, where that means something.</param>
    public static PolicySectionDiff Compare<T>(PolicySection section, IReadOnlyDictionary<string, T> before, IReadOnlyDictionary<string, T> after, bool orderChanged = false)
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

        return new PolicySectionDiff
        {
            Section = section, Added = added.ToImmutable(), Removed = removed.ToImmutable(), Changed = changed.ToImmutable(), OrderChanged = orderChanged,
        };
    }

    /// <summary>Names of metrics may repeat: the first of a name is held against the first, the second against the second.</summary>
    public static PolicySectionDiff CompareMetrics(ImmutableArray<MetricPolicy> before, ImmutableArray<MetricPolicy> after)
    {
        var was = Numbered(before);
        var now = Numbered(after);
        var wasByName = was.ToDictionary(StringComparer.Ordinal);
        var nowByName = now.ToDictionary(StringComparer.Ordinal);
        var stayed = was.Select(static one => one.Key).Where(nowByName.ContainsKey);
        var stays = now.Select(static one => one.Key).Where(wasByName.ContainsKey);
        return Compare(PolicySection.Metrics, wasByName, nowByName, orderChanged: !stayed.SequenceEqual(stays, StringComparer.Ordinal));
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
