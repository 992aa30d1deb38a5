using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>How every listener ends, whatever its protocol: once, in order or at once, and never waiting for the callback that asked for it.</summary>
/// <param name="accepted">Its books.</param>
/// <param name="policy">The policy in force.</param>
/// <param name="stop">Stops whatever brings new peers, once; with true those that are waiting to be accepted are still taken.</param>
/// <param name="settle">Completes when the connections that there are bring no new streams any more; null where they bring none.</param>
/// <param name="free">Lets go what the streams needed, once, after the last; null for nothing.</param>
/// <param name="isInside">Whether the caller is inside the mailbox of a stream that is not in the books and ends with them; null where there are none.</param>
internal sealed class ListenerEnd(
    AcceptedStreams accepted, Func<StreamTypePolicy> policy, Func<bool, Task> stop, Func<Task>? settle = null, Func<Task>? free = null, Func<bool>? isInside = null)
{
    private static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _atOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task? _stopping;
    private bool _ending;

    /// <summary>As <see cref="SsListener.DrainAsync"/>.</summary>
    public async ValueTask<int> DrainAsync(CancellationToken cancellationToken)
    {
        var inside = accepted.IsInsideOne || isInside?.Invoke() == true;
        var draining = DrainAndEndAsync(cancellationToken);
        return inside ? 0 : await draining.ConfigureAwait(false);
    }

    /// <summary>As <see cref="SsListener.DisposeAsync"/>. A drain under way ends at once.</summary>
    public ValueTask DisposeAsync()
    {
        // As with a context: whoever is inside the mailbox of one of the streams would wait for itself.
        var inside = accepted.IsInsideOne || isInside?.Invoke() == true;
        _ = EndAsync();
        return inside ? ValueTask.CompletedTask : new ValueTask(_gone.Task);
    }

    private async Task<int> DrainAndEndAsync(CancellationToken cancellationToken)
    {
        bool already;
        lock (_lock)
        {
            already = _ending;
        }

        if (already)
        {
            await _gone.Task.ConfigureAwait(false);
            return 0;
        }

        var bound = policy().Find("drain_timeout_ms") is { } stated ? TimeSpan.FromMilliseconds(stated.Value.Number) : DefaultDrain;
        await StopOnce(draining: true).ConfigureAwait(false);
        var left = await accepted.DrainAsync(bound, settle, _atOnce.Task, cancellationToken).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        await _gone.Task.ConfigureAwait(false);
        return left;
    }

    private async Task EndAsync()
    {
        lock (_lock)
        {
            if (_ending)
                return;
            _ending = true;
        }

        try
        {
            accepted.Close();
            _atOnce.TrySetResult();
            await StopOnce(draining: false).ConfigureAwait(false);
            await accepted.EndAllAsync().ConfigureAwait(false);
            if (free is not null)
                await free().ConfigureAwait(false);
            accepted.Settle();
            _gone.TrySetResult();
        }
        catch (Exception error)
        {
            _gone.TrySetException(error);
        }
    }

    private Task StopOnce(bool draining)
    {
        lock (_lock)
            return _stopping ??= stop(draining);
    }
}
