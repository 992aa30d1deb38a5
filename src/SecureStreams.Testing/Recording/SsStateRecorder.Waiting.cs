namespace SecureStreams.Testing;

/// <remarks>Waiting until something was recorded.</remarks>
public sealed partial class SsStateRecorder
{
    /// <summary>How long a wait takes at most where none is stated, and in any case of real time, so that a clock that nobody advances fails a test instead of hanging it: 60 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until <paramref name="state"/> came <paramref name="times"/> times since the recorder was made.</summary>
    /// <param name="state">The state or notice.</param>
    /// <param name="within">How long at most, on the recorder's clock; null for <see cref="Patience"/>.</param>
    /// <param name="times">How often it must have come.</param>
    /// <returns>Completed when it has.</returns>
    /// <exception cref="SsAssertionException">It has not come within that, nor within <see cref="Patience"/> of real time.</exception>
    public Task WaitForAsync(SsState state, TimeSpan? within = null, int times = 1) =>
        WaitForAsync(one => Count(one, state) >= times, $"{SsRecordedEvent.NameOf(state)}{(times == 1 ? "" : $", {times} times")}", within);

    /// <summary>Waits until <paramref name="count"/> whole messages were received.</summary>
    /// <param name="count">How many.</param>
    /// <param name="within">How long at most, on the recorder's clock; null for <see cref="Patience"/>.</param>
    /// <returns>Completed when they were.</returns>
    /// <exception cref="SsAssertionException">They were not within that, nor within <see cref="Patience"/> of real time.</exception>
    public Task WaitForMessagesAsync(int count, TimeSpan? within = null) => WaitForAsync(one => one.Messages.Count >= count, $"{count} messages", within);

    /// <summary>Waits until <paramref name="isMet"/> holds; it is asked now and after every callback, under no lock.</summary>
    /// <param name="isMet">What is waited for; must not throw.</param>
    /// <param name="what">What that is, for the message.</param>
    /// <param name="within">How long at most, on the recorder's clock; null for <see cref="Patience"/>.</param>
    /// <returns>Completed when it holds.</returns>
    /// <exception cref="SsAssertionException">It does not within that, nor within <see cref="Patience"/> of real time.</exception>
    public async Task WaitForAsync(Func<SsStateRecorder, bool> isMet, string what, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(isMet);
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entry = ((Func<bool>)(() => isMet(this)), met);
        lock (_lock)
            _waiters.Add(entry);
        try
        {
            // After it was added: a callback that returns in between is then seen by one of the two.
            if (isMet(this))
                return;
            var bound = within ?? Patience;
            using var over = new CancellationTokenSource();
            var waits = new List<Task> { met.Task, Task.Delay(bound, _time, over.Token) };
            if (_time != TimeProvider.System)
                waits.Add(Task.Delay(Patience, TimeProvider.System, over.Token));
            var first = await Task.WhenAny(waits).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            if (first == met.Task || isMet(this))
                return;
            var ranOut = first == waits[1] ? $"{bound.TotalSeconds:0.###} s" : $"{Patience.TotalSeconds:0} s of real time, in which nobody advanced the clock by {bound.TotalSeconds:0.###} s";
            throw Fail($"Waited for {what}, and it did not come within {ranOut}.");
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(entry);
        }
    }

    private static int Count(SsStateRecorder recorder, SsState state) => recorder.Events.Count(one => one.Change?.State == state);
}
