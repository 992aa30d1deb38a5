using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SecureStreams.Telemetry;

/// <summary>
/// Counts streams and what they have queued by looking at them when a reader asks: exact whenever somebody begins to listen, and free in between. Contexts are held
/// weakly, so that one which nobody disposed is not kept.
/// </summary>
internal sealed class StreamCensus
{
    private readonly ConditionalWeakTable<IStreamCount, object?> _contexts = [];

    public StreamCensus(Meter meter)
    {
        meter.CreateObservableUpDownCounter("ss.streams", CountStreams, "{stream}", "Streams that exist");
        meter.CreateObservableUpDownCounter("ss.tx.queued", CountQueued, "By", "Bytes committed by handlers that no transport has taken yet");
        meter.CreateObservableGauge("ss.policy.age", ReadAge, "s", "Time since a fetch last said what the policy is; of several contexts the longest");
        meter.CreateObservableGauge("ss.policy.revision", ReadRevision, "{revision}", "Changes of the policy in force; of several contexts the most");
    }

    public void Add(IStreamCount context) => _contexts.AddOrUpdate(context, null);

    public void Remove(IStreamCount context) => _contexts.Remove(context);

    private IEnumerable<Measurement<long>> ReadRevision()
    {
        var highest = -1L;
        foreach (var (context, _) in _contexts)
            highest = Math.Max(highest, context.PolicyRevision);
        return highest < 0 ? [] : [new Measurement<long>(highest)];
    }

    private IEnumerable<Measurement<double>> ReadAge()
    {
        double? longest = null;
        foreach (var (context, _) in _contexts)
            longest = context.PolicyAge is { } age && !(age <= longest) ? age : longest;
        return longest is { } seconds ? [new Measurement<double>(seconds)] : [];
    }

    private IEnumerable<Measurement<long>> CountStreams()
    {
        var counts = new Dictionary<(string, SsState), long>();
        foreach (var (context, _) in _contexts)
        {
            foreach (var (streamType, state, _) in context.Streams)
                counts[(streamType, state)] = counts.GetValueOrDefault((streamType, state)) + 1;
        }

        return counts.Select(static one => new Measurement<long>(
            one.Value, new(TelemetryNames.StreamType, one.Key.Item1), new(TelemetryNames.State, TelemetryNames.Of(one.Key.Item2))));
    }

    private IEnumerable<Measurement<long>> CountQueued()
    {
        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (context, _) in _contexts)
        {
            foreach (var (streamType, _, queued) in context.Streams)
                bytes[streamType] = bytes.GetValueOrDefault(streamType) + queued;
        }

        return bytes.Select(static one => new Measurement<long>(one.Value, new KeyValuePair<string, object?>(TelemetryNames.StreamType, one.Key)));
    }
}
