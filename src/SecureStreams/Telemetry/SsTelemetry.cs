namespace SecureStreams;

/// <summary>Under which names the runtime tells metrics and traces; what there is stands in <c>docs/telemetry.md</c>. Nothing is measured, and nothing allocated, while nobody listens.</summary>
public static class SsTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "SecureStreams";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "SecureStreams";

    /// <summary>The version of both: changes when a name, unit or meaning does, not with every release.</summary>
    public const string Version = "1.0.0";
}
