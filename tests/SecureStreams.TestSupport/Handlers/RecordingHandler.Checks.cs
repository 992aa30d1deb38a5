using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Handlers;

/// <content>What was recorded, waiting for it, and the checks.</content>
public partial class RecordingHandler
{
    /// <summary>Everything so far, in order.</summary>
    public IReadOnlyList<RecordedEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>The states so far, notices included.</summary>
    public IReadOnlyList<SsState> States => [.. Events.Where(static e => e.Kind == RecordedKind.State).Select(static e => e.State)];

    /// <summary>The states so far in one line, <c>Creating Connecting Connected</c>, to compare a whole sequence at once.</summary>
    public string Story => string.Join(' ', States.Select(RecordedEvent.Name));

    /// <summary>How many bytes were received in all.</summary>
    public long ReceivedLength
    {
        get
        {
            lock (_lock)
                return _receivedLength;
        }
    }

    /// <summary>All received bytes, one after the other.</summary>
    public byte[] Received => [.. Events.SelectMany(static e => e.Payload.ToArray())];

    /// <summary>All received bytes as UTF-8.</summary>
    public string ReceivedText => Encoding.UTF8.GetString(Received);

    /// <summary>How many received messages are complete.</summary>
    public int ReceivedMessages => Events.Count(static e => e.Kind == RecordedKind.Receive && e.Flags.HasFlag(SsRxFlags.EndOfMessage));

    /// <summary>How many transmit callbacks came.</summary>
    public int Transmits => Events.Count(static e => e.Kind == RecordedKind.Transmit);

    /// <summary>What broke the contract so far.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
                return [.. _violations];
        }
    }

    /// <summary>The cause that came with the last <paramref name="state"/>.</summary>
    /// <exception cref="CheckFailedException">It never came.</exception>
    public SsCause CauseOf(SsState state) => LastOf(state).Cause;

    /// <summary>The last change to <paramref name="state"/>.</summary>
    /// <exception cref="CheckFailedException">It never came.</exception>
    public SsStateChange LastOf(SsState state) =>
        Events.LastOrDefault(e => e.Kind == RecordedKind.State && e.State == state)?.Change
        ?? throw new CheckFailedException($"{RecordedEvent.Name(state)} never came. {Describe()}");

    /// <summary>Waits until <paramref name="state"/> came <paramref name="times"/> times since the handler was made.</summary>
    /// <param name="state">The state or notice.</param>
    /// <param name="timeout">Null for <see cref="TestTimeouts.Unexpected"/>.</param>
    /// <param name="times">How often it must have come.</param>
    public Task WaitForStateAsync(SsState state, TimeSpan? timeout = null, int times = 1) =>
        WaitForAsync(
            recorder => recorder.Returned(state) >= times,
            timeout,
            times == 1 ? RecordedEvent.Name(state) : $"{RecordedEvent.Name(state)}, {times} times");

    /// <summary>Waits until <paramref name="isMet"/> holds; it is asked now and after every callback, under no lock.</summary>
    public async Task WaitForAsync(Func<RecordingHandler, bool> isMet, TimeSpan? timeout = null, string? what = null)
    {
        ArgumentNullException.ThrowIfNull(isMet);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiters.Add((isMet, met));
        try
        {
            // After it was added: a callback that returns in between is then seen by one of the two.
            if (isMet(this))
                return;
            await met.Task.OrFail(() => $"Waited for {what ?? "a condition"}. {Describe()}", timeout);
        }
        finally
        {
            lock (_lock)
                _waiters.RemoveAll(waiter => waiter.Met == met);
        }
    }

    /// <summary>Fails when anything broke the contract.</summary>
    public void AssertClean()
    {
        if (Violations is { Count: > 0 } violations)
            throw new CheckFailedException($"The contract of callbacks was broken:\n  {string.Join("\n  ", violations)}\n{Describe()}");
    }

    /// <summary>As <see cref="AssertClean"/>, and fails too when a stream that was served is not destroyed.</summary>
    public void AssertCleanAndDestroyed()
    {
        AssertClean();
        foreach (var (stream, track) in _tracks)
        {
            if (track.Underlying != SsState.Destroying)
                throw new CheckFailedException($"Stream {stream.Id} is in {track.Underlying}, not destroyed. {Describe()}");
        }
    }

    /// <summary>The whole recorded sequence, a line each, for messages.</summary>
    public string Describe()
    {
        var events = Events;
        if (events.Count == 0)
            return "Nothing was recorded.";
        var several = events.Select(static e => e.StreamId).Distinct().Count() > 1;
        var text = new StringBuilder("Recorded:");
        for (var i = 0; i < events.Count; i++)
            text.Append('\n').Append(i + 1).Append(". ").Append(several ? $"#{events[i].StreamId} " : "").Append(events[i]);
        return text.ToString();
    }

    private int Returned(SsState state)
    {
        lock (_lock)
            return _returned.GetValueOrDefault(state);
    }

    private void TellWaiters()
    {
        (Func<RecordingHandler, bool> IsMet, TaskCompletionSource Met)[] waiters;
        lock (_lock)
        {
            if (_waiters.Count == 0)
                return;
            waiters = [.. _waiters];
        }

        // Asked outside the lock, since a predicate reads the recorder or looks at other things that lock.
        foreach (var (isMet, met) in waiters)
        {
            try
            {
                if (isMet(this))
                    met.TrySetResult();
            }
            catch (Exception error)
            {
                met.TrySetException(error);
            }
        }
    }
}
