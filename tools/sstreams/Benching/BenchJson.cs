namespace SecureStreams.Tool.Benching;

/// <summary>The figures for programs.</summary>
internal static class BenchJson
{
    // Grows when a member changes its meaning or goes; not when one is added.
    private const int Version = 1;

    public static ReadOnlyMemory<byte> Of(BenchFigures figures) => JsonText.BuildPlain(writer =>
    {
        var plan = figures.Plan;
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteString("streamtype", figures.Settings.StreamType);
        writer.WriteString("protocol", plan.Protocol);
        writer.WriteString("mode", BenchText.ModeOf(plan.Mode));
        writer.WriteNumber("streams", figures.Settings.Streams);
        writer.WriteNumber("outstanding", plan.Outstanding);
        writer.WriteNumber("size", plan.Size);
        writer.WriteNumber("warm_up", figures.Settings.WarmUp);
        writer.WriteBoolean("complete", figures.IsComplete);
        writer.WriteStringIfAny("ended_by", figures.EndedBy);
        writer.WriteNumber("operations", figures.Operations);
        writer.WriteNumber("seconds", figures.Elapsed.TotalSeconds);
        writer.WriteNumber("per_second", figures.PerSecond);
        writer.WriteNumber("sent_bytes", figures.SentBytes);
        writer.WriteNumber("received_bytes", figures.ReceivedBytes);
        writer.WriteNumber("sent_megabytes_per_second", figures.MegabytesPerSecond(figures.SentBytes));
        writer.WriteNumber("received_megabytes_per_second", figures.MegabytesPerSecond(figures.ReceivedBytes));
        if (figures.Latencies is { Count: > 0 } latencies)
        {
            writer.WriteStartObject("latency_us");
            writer.WriteNumber("p50", latencies.Percentile(50).TotalMicroseconds);
            writer.WriteNumber("p90", latencies.Percentile(90).TotalMicroseconds);
            writer.WriteNumber("p99", latencies.Percentile(99).TotalMicroseconds);
            writer.WriteNumber("p99_9", latencies.Percentile(99.9).TotalMicroseconds);
            writer.WriteNumber("max", latencies.Longest.TotalMicroseconds);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("processor_us_each");
        writer.WriteNumber("user", figures.Each(figures.UserTime.TotalMicroseconds));
        writer.WriteNumber("system", figures.Each(figures.SystemTime.TotalMicroseconds));
        writer.WriteEndObject();
        writer.WriteNumber("allocated_bytes_each", figures.Each(figures.AllocatedBytes));
        writer.WriteNumber("reconnects", figures.Reconnects);
        writer.WriteNumber("lost", figures.Lost);
        writer.WriteNumber("refused", figures.Refused);
        writer.WriteStartArray("troubles");
        foreach (var (cause, count) in figures.Troubles)
        {
            writer.WriteStartObject();
            writer.WriteString("cause", cause);
            writer.WriteNumber("count", count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
