using System.Collections.Immutable;

namespace SecureStreams.Policy;

internal static class MetricsAttributes
{
    public static ImmutableArray<PolicyAttributeInfo> Rows { get; } =
    [
        new()
        {
            Section = PolicySection.Metrics, Name = "name", Kind = PolicyValueKind.Text, Impact = PolicyImpact.Live,
            Help = "The metric that is reported; a * at the end stands for any ending.",
        },
        new()
        {
            Section = PolicySection.Metrics, Name = "us_schedule", Kind = PolicyValueKind.Number, Unit = "µs", Maximum = long.MaxValue,
            Impact = PolicyImpact.Live, Help = "How often it is reported.",
        },
        new()
        {
            Section = PolicySection.Metrics, Name = "us_halflife", Kind = PolicyValueKind.Number, Unit = "µs", Maximum = long.MaxValue,
            Impact = PolicyImpact.Live, Help = "How fast old values lose weight.",
        },
        new()
        {
            Section = PolicySection.Metrics, Name = "min_outlier", Kind = PolicyValueKind.Number, Maximum = 255, Impact = PolicyImpact.Live,
            Help = "How many values there must be before outliers are reported.",
        },
        new()
        {
            Section = PolicySection.Metrics, Name = "report", Kind = PolicyValueKind.Text, Impact = PolicyImpact.Live,
            Help = "The name the report is given, or its beginning.",
        },
    ];
}
