using System.Diagnostics.Tracing;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tests.Measuring;

/// <summary>Counts the pooled buffers of one size that this process has rented and not returned since. Only where no other test runs beside.</summary>
/// <param name="size">Their length in bytes.</param>
internal sealed class RentedBuffers(int size) : EventListener
{
    private const string Source = "System.Buffers.ArrayPoolEventSource";
    private const int Rented = 1;
    private const int Returned = 3;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _few = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _now;
    private int _most = -1;

    /// <summary>Waits until at most so many are rented. Once.</summary>
    public Task WaitForAtMostAsync(int most)
    {
        lock (_lock)
        {
            _most = most;
            Judge();
        }

        return _few.Task.OrFail(() => $"{_now} buffers of {size} bytes are still rented.");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventSource.Name != Source || eventData.Payload is not [_, int length, ..] || length != size || eventData.EventId is not (Rented or Returned))
            return;
        lock (_lock)
        {
            _now += eventData.EventId == Rented ? 1 : -1;
            Judge();
        }
    }

    private void Judge()
    {
        if (_now <= _most)
            _few.TrySetResult();
    }
}
