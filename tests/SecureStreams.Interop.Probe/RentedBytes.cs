using System.Diagnostics.Tracing;

namespace SecureStreams.Interop.Probe;

/// <summary>
/// How many bytes of pooled buffers this process has rented and not returned, those of the platform (TLS, HTTP) included: the platform tells of each.
/// </summary>
internal sealed class RentedBytes : EventListener
{
    private const string Source = "System.Buffers.ArrayPoolEventSource";
    private const int Rented = 1;
    private const int Returned = 3;

    private long _now;
    private long _peak;

    /// <summary>Rented now.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>The most at once.</summary>
    public long Peak => Volatile.Read(ref _peak);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventSource.Name != Source || eventData.Payload is not [_, int size, ..])
            return;
        if (eventData.EventId == Returned)
        {
            Interlocked.Add(ref _now, -size);
        }
        else if (eventData.EventId == Rented)
        {
            var now = Interlocked.Add(ref _now, size);
            for (var peak = Peak; now > peak; peak = Peak)
                Interlocked.CompareExchange(ref _peak, now, peak);
        }
    }
}
