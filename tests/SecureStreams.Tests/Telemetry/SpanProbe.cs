using System.Collections.Concurrent;
using System.Diagnostics;

namespace SecureStreams.Tests.Telemetry;

/// <summary>Hears every activity of the runtime in this process while it lives; a test looks at those of its own streamtypes or trace.</summary>
internal sealed class SpanProbe : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public SpanProbe()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SsTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Ended activities called <paramref name="name"/> of <paramref name="streamType"/>, in the order of their ends.</summary>
    public Activity[] Of(string name, string streamType) =>
        [.. _ended.Where(one => one.OperationName == name && (string?)one.GetTagItem("ss.streamtype") == streamType)];

    /// <summary>Ended activities whose parent is <paramref name="parent"/>.</summary>
    public Activity[] Below(Activity parent) => [.. _ended.Where(one => one.ParentSpanId == parent.SpanId && one.TraceId == parent.TraceId)];

    public void Dispose() => _listener.Dispose();
}
