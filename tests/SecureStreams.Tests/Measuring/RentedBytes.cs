using System.Diagnostics.Tracing;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tests.Measuring;

/// <summary>
/// The pooled buffers of any size that this process has rented since this was made and not returned, those of the platform (TLS, HTTP) included. Only where no other test runs beside.
/// </summary>
internal sealed class RentedBytes : EventListener
{
    private const string Source = "System.Buffers.ArrayPoolEventSource";
    private const int Rented = 1;
    private const int Returned = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, int> _out = [];
    private TaskCompletionSource? _few;
    private long _most;
    private long _now;

    /// <summary>How often one was rented.</summary>
    public int Rents { get; private set; }

    /// <summary>Waits until at most so many bytes are rented.</summary>
    public Task WaitForAtMostAsync(long most)
    {
        TaskCompletionSource few;
        lock (_lock)
        {
            _most = most;
            few = _few = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Judge();
        }

        return few.Task.OrFail(Describe);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventSource.Name != Source || eventData.Payload is not [int buffer, int size, ..])
            return;
        lock (_lock)
        {
            if (eventData.EventId == Rented)
            {
                Rents++;
                if (_out.TryAdd(buffer, size))
                    _now += size;
            }
            else if (eventData.EventId == Returned && _out.Remove(buffer, out var rented))
            {
                _now -= rented;
            }

            Judge();
        }
    }

    private string Describe()
    {
        lock (_lock)
            return $"Still rented, more than {_most} bytes: {string.Join(", ", _out.Values.GroupBy(static size => size).Select(static one => $"{one.Count()} of {one.Key}"))}.";
    }

    private void Judge()
    {
        if (_now <= _most)
            _few?.TrySetResult();
    }
}
